"""Does a group of peers speak only when it is large enough, and the next wider one otherwise?

Checked against: medians by hand, the overall median (identity), NumPy's quantiles.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.indicators.peer_groups import Peer, peer_table

PEERS = [
    *(Peer(("drug", "tablet"), value) for value in (10.0, 12.0, 20.0)),
    *(Peer(("drug", "cream"), value) for value in (2.0, 4.0)),
    *(Peer(("device", "pump"), value) for value in (7.0, 9.0)),
]


def test_medians_by_hand() -> None:
    table = peer_table(PEERS, minimum_peers=3)
    tablet = table.estimate(("drug", "tablet"))
    assert (tablet.median, tablet.lower_quartile, tablet.upper_quartile) == (12.0, 11.0, 16.0)
    assert (tablet.peers, tablet.shared) == (3, ("drug", "tablet"))


def test_a_group_that_is_too_small_gives_way_to_the_wider_one() -> None:
    """Hand: two creams are too few; the five drugs are 2, 4, 10, 12, 20; two devices leave all seven."""
    table = peer_table(PEERS, minimum_peers=3)
    cream, pump = table.estimate(("drug", "cream")), table.estimate(("device", "pump"))
    assert (cream.median, cream.peers, cream.shared) == (10.0, 5, ("drug",))
    assert (pump.median, pump.peers, pump.shared) == (9.0, 7, ())
    assert peer_table(PEERS, minimum_peers=2).estimate(("device", "pump")).median == 8.0


def test_a_feature_nobody_has_falls_back_to_those_that_are_known() -> None:
    table = peer_table(PEERS, minimum_peers=1)
    assert table.estimate(("drug", "spray")).shared == ("drug",)
    assert table.estimate(("plant", "tablet")).shared == ()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(1, 50))
def test_without_features_the_estimate_is_the_overall_median(values: list[float], minimum: int) -> None:
    found = peer_table([Peer((), value) for value in values], minimum_peers=minimum).estimate(())
    assert (found.median, found.peers) == (float(np.quantile(values, 0.5)), len(values))
    assert found.lower_quartile <= found.median <= found.upper_quartile


def test_what_cannot_be_grouped_is_named() -> None:
    with pytest.raises(InputError, match="peers: found none"):
        peer_table([], minimum_peers=1)
    with pytest.raises(InputError, match="minimum_peers: found 0"):
        peer_table(PEERS, minimum_peers=0)
    with pytest.raises(InputError, match=r"peers.7: found 1 features, outcome 1.0, expected 2 features"):
        peer_table([*PEERS, Peer(("drug",), 1.0)], minimum_peers=1)
    with pytest.raises(InputError, match=r"peers.0: found 0 features, outcome nan"):
        peer_table([Peer((), math.nan)], minimum_peers=1)
    with pytest.raises(InputError, match="features: found 1 features, expected 2"):
        peer_table(PEERS, minimum_peers=1).estimate(("drug",))
