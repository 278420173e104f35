"""One file is one kind of tier of a distribution waterfall; each offers ``TIER`` and imports no other file here."""
