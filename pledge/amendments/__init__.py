"""How the plan of a running loan is changed: one file, one amendment, found by its ``AMENDMENT``."""
