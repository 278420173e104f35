"""One file is one kind of risk; each offers ``RISK`` and imports no other file here."""
