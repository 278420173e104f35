"""Documentation: pages written by hand, and reference pages generated from the code."""
