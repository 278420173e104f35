"""From a simulated book of loans to the simulation of programmes: the loss of a pool or guarantor as a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

import numpy as np

from leverage.simulation.loss_table import LossTable
from pledge.portfolio.loss_distribution import LossDistribution
from valuation.errors import InputError
from valuation.kernel.fields import parse

__all__ = ["loss_table_of_book"]

#: A jump of the quantile function is a rise over this much probability.
_JUMP = 1e-11
#: Sums of payments may exceed the balance they were paid from by this share.
_ROUNDING = 1e-9


def loss_table_of_book(
    distribution: LossDistribution,
    *,
    id: str,
    public_money_cny: float,
    to_firms_cny: float,
    money_unit_cny: float,
    correlation_share: float,
    lost_when: Literal["exhausted", "below_paid_in"],
    source: str,
) -> LossTable:
    """Which table of losses stands for this party of a simulated book?

    Between two probabilities of the distribution the table is flat and then straight, or straight and then flat, such
    that the mean between them is that of the book. So the mean, the quantiles handed on, the probability of no loss
    and that of losing everything are those of the simulated book.

    Parameters
    ----------
    public_money_cny : what public hands paid in: the pool with all its top-ups, the capital of the guarantor.
    to_firms_cny : the finance that reaches firms by it, such as the loans of the book.
    money_unit_cny : CNY that one unit of the programme's money stands for, such as 10,000.
    correlation_share : how the loss goes with the common factor of the funds; a judgement.
    lost_when : ``exhausted`` counts the principal as lost when all of the public money is gone at the end. A pool that
        gets a top-up or a recovery after it was empty is not lost by this definition.
    source : where book, rule and plan are written down.

    Raises
    ------
    InputError : a loss above the public money; amounts, shares or words that a table does not take.

    Tested by: two losses by hand; mean, quantiles, exhaustion and draws against the simulated book, with and without
    importance sampling; ``tests/leverage/simulation/test_of_book.py``.
    """
    for name, amount in (("public_money_cny", public_money_cny), ("money_unit_cny", money_unit_cny)):
        if not 0 < amount < np.inf:
            raise InputError.of(name, found=amount, expected="an amount above 0")
    largest = distribution.quantiles_cny[-1]
    if largest > public_money_cny * (1 + _ROUNDING):
        raise InputError.of(
            "public_money_cny",
            found=f"{public_money_cny:.2f}, while the {distribution.party} may lose {largest:.2f}",
            expected="at least its largest loss: count the top-ups, or ask distribution(party, limit_cny=…)",
        )
    nodes = list(_nodes(distribution))
    document = {
        "id": id,
        "public_money": public_money_cny / money_unit_cny,
        "to_firms": to_firms_cny / money_unit_cny,
        "probability_shares": tuple(probability for probability, _ in nodes),
        "loss_shares": tuple(min(loss / public_money_cny, 1.0) for _, loss in nodes),
        "correlation_share": correlation_share,
        "lost_when": lost_when,
        "source": source,
    }
    return parse(LossTable, document)


def _nodes(distribution: LossDistribution) -> Iterator[tuple[float, float]]:
    """The corners of the quantile function: the distribution's own points and one between each two that needs it."""
    points = list(zip(distribution.probabilities, distribution.quantiles_cny, strict=True))
    for ((start, low), (end, high)), mean in zip(itertools.pairwise(points), distribution.cell_means_cny, strict=True):
        yield start, low
        if high > low and end - start > 4 * _JUMP:
            yield _corner(start, end, low=low, high=high, mean=mean)
    yield points[-1]


def _corner(start: float, end: float, *, low: float, high: float, mean: float) -> tuple[float, float]:
    """Where does the line bend that runs from low to high with this mean?"""
    above = min(max((mean - low) / (high - low), 0.0), 1.0)
    share = 1 - 2 * above if above <= 0.5 else 2 * (1 - above)
    place = start + share * (end - start)
    return min(max(place, start + _JUMP), end - _JUMP), low if above <= 0.5 else high
