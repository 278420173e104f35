"""The income approach; one file is one method."""
