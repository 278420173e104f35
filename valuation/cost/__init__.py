"""The cost approach; one file is one method."""
