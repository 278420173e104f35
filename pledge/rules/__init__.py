"""What public money and others do for a pledge loan: one file, one kind of support, found by its ``RULE``."""
