"""The evidence store: transactions in Parquet, asked through DuckDB, filled from tables people keep."""
