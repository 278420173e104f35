"""Real options; one file is one method."""
