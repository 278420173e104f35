"""Loan books: taken in as a file, simulated with the pool behind them."""
