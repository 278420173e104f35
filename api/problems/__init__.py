"""The public catalogue of problem types."""
