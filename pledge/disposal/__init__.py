"""One file is one way of turning a pledged right into money after a default."""
