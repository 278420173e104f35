"""One file = one instrument of public money; each offers ``INSTRUMENT`` and imports no other file here."""
