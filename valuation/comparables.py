"""What were the most similar rights sold for, and what explains their prices, among millions of transactions?

For a warehouse of transactions that is asked all day: arrays in, arrays out, no working paper. One right is valued by
the methods ``nearest_neighbours`` and ``price_regression``, which rest on the same code and show every step.

* :class:`NeighbourIndex` is built once and then asked for the nearest rows, exactly, by several threads.
* :func:`fit_line` gives coefficients, covariance, R² and residual deviation in a few passes over the rows;
  :meth:`LinearFit.diagnostics` adds what each row does to the fit, at many times the cost.

Examples
--------
>>> index = NeighbourIndex.of([[0.0], [1.0], [4.0]])
>>> index.nearest([[0.9]], count=2).rows.tolist()
[[1, 0]]
>>> fit_line([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).coefficients.round(9).tolist()
[1.0, 2.0]
"""

from __future__ import annotations

from valuation.market._least_squares import LeastSquares
from valuation.market._linear_fit import LinearFit, fit_line
from valuation.market._neighbours import NeighbourIndex, Neighbours

__all__ = ["LeastSquares", "LinearFit", "NeighbourIndex", "Neighbours", "fit_line"]
