"""One file is one kind of payment between partners beside the waterfall; each offers ``SETTLEMENT``."""
