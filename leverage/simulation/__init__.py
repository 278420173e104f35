"""Parts of the simulation of funds: terms and their tables, statistics of paths, comparisons."""
