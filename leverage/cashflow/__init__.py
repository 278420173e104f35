"""One file is one model of when a fund calls and returns money; see :mod:`leverage.fund_projection`."""
