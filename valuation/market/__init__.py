"""The market approach; one file is one method."""
