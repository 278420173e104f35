"""One file is one law of what a company pays back; each offers ``OUTCOME`` and imports no other file here."""
