"""May this right be pledged for this loan? One file, one rule, found by its ``RULE``."""
