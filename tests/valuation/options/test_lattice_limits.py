"""What the lattice refuses instead of following: a tree whose probabilities leave the unit interval.

Checked against: the condition on the moves (hand).
"""

from __future__ import annotations

import numpy as np
import pytest

from valuation.errors import InputError
from valuation.options._lattice import Launch, american_launch_value


@pytest.mark.parametrize("volatility", [2.9, 3.0])
def test_a_volatility_beyond_the_lattice_is_refused(volatility: float) -> None:
    many = [np.full(2, number) for number in (100.0, 100.0, 100.0, 0.05, 0.0, volatility)]
    with pytest.raises(InputError, match="volatility_share: found σ²T up to"):
        american_launch_value(Launch(*many, decays=True))
