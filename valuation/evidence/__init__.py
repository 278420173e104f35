"""Evidence of the market: records of transactions, how they are checked, told apart and handed to methods."""
