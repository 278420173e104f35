"""What can happen to a loan: one file, one kind of event, found by its ``EVENT_KIND``."""
