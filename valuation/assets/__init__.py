"""What is valued: the right as immutable data, one file a kind of right."""
