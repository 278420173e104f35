"""What do similar rights show? The median of the nearest group of peers that is large enough.

Each peer and the subject are described by the same features, the most telling first. The group of peers that share all
of them is taken if it is large enough; otherwise the last feature is dropped, and so on down to all peers. What is
estimated is a time, a share or a logarithm of a ratio; an amount of money is not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["Peer", "PeerEstimate", "PeerTable", "peer_table"]

Features = tuple[Hashable, ...]


@dataclass(frozen=True)
class Peer:
    """A right whose outcome is known: its features, the most telling first, and the outcome."""

    features: Features
    value: float


@dataclass(frozen=True)
class PeerEstimate:
    """The middle of a group: median, lower and upper quartile, how many peers, and which features they share.

    ``shared`` is empty when all peers were taken: then the estimate is the overall median.
    """

    median: float
    lower_quartile: float
    upper_quartile: float
    peers: int
    shared: Features


@dataclass(frozen=True)
class PeerTable:
    """Peers sorted into groups at every depth of their features."""

    groups: Mapping[Features, Array]
    depth: int
    minimum_peers: int

    def estimate(self, features: Features) -> PeerEstimate:
        """What is the outcome of a right with these features, judged by its peers?

        Raises
        ------
        InputError : another number of features than the peers have.
        """
        if len(features) != self.depth:
            raise InputError.of("features", found=f"{len(features)} features", expected=f"{self.depth}")
        shared = features
        while shared and len(self.groups.get(shared, ())) < self.minimum_peers:
            shared = shared[:-1]
        values = self.groups[shared]
        lower, median, upper = (float(each) for each in np.quantile(values, [0.25, 0.5, 0.75]))
        return PeerEstimate(median, lower, upper, len(values), shared)


def peer_table(peers: Sequence[Peer], *, minimum_peers: int) -> PeerTable:
    """Into which groups do these peers fall?

    Parameters
    ----------
    peers : at least one, all with the same number of features, outcomes finite.
    minimum_peers : how many peers a group must have to speak for its members.

    Raises
    ------
    InputError : no peers, features of different numbers, an outcome that is not finite, a minimum below one.

    Tested by: hand, identity (without features the overall median), real data against simple baselines;
    ``tests/valuation/indicators/test_peer_groups.py``, ``tests/examinations/test_patent_life.py``.
    """
    if minimum_peers < 1:
        raise InputError.of("minimum_peers", found=minimum_peers, expected="1 or more")
    if not peers:
        raise InputError.of("peers", found="none", expected="one peer or more")
    depth = len(peers[0].features)
    gathered: dict[Features, list[float]] = defaultdict(list)
    for index, peer in enumerate(peers):
        if len(peer.features) != depth or not math.isfinite(peer.value):
            found = f"{len(peer.features)} features, outcome {peer.value}"
            raise InputError.of(f"peers.{index}", found=found, expected=f"{depth} features and a finite outcome")
        for shared in range(depth + 1):
            gathered[peer.features[:shared]].append(peer.value)
    return PeerTable({key: np.array(values) for key, values in gathered.items()}, depth, minimum_peers)
