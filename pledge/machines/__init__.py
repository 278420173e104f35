"""What may follow what: one file, one state machine, found by its ``MACHINE``."""
