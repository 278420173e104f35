"""The figures of a simulation that a committee reads, each with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leverage.simulate import PathRates, SimulationResult
from leverage.simulation.statistics import (
    Estimate,
    PathQuantile,
    mean_of,
    path_quantiles,
    probability_of,
    tail_mean,
)
from valuation.errors import InputError

__all__ = ["InstrumentRisk", "RateFigures", "SimulationSummary", "summarise"]

MAXIMUM_QUANTILES = 99


@dataclass(frozen=True)
class InstrumentRisk:
    """Public money in an instrument: expected net result, probability of losing principal by its own definition, CVaR.

    ``tail_loss`` is the mean loss of the worst cases in money, ``committed`` the money it is to be held against.
    """

    committed: float
    mean_net: Estimate
    loss_probability: Estimate
    tail_loss: Estimate


@dataclass(frozen=True)
class RateFigures:
    """Quantiles of the internal rates a year of paths that have a single one, and how many have not, and why."""

    quantiles: tuple[PathQuantile, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class SimulationSummary:
    """A simulation in figures; ``whole`` is of all instruments together, lost when public money ends below 1x."""

    paths: int
    seed: int
    tail_level_share: float
    to_firms: Estimate
    fees: Estimate
    carry_and_manager_net: Estimate
    whole: InstrumentRisk
    by_instrument: Mapping[str, InstrumentRisk]
    public_multiple: tuple[PathQuantile, ...]
    public_rate: RateFigures
    all_rate: RateFigures


def summarise(
    result: SimulationResult,
    *,
    tail_level_share: float,
    quantile_shares: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
) -> SimulationSummary:
    """What do the paths of a simulation come to?

    Parameters
    ----------
    tail_level_share : the level of CVaR, such as 0.95.
    quantile_shares : probabilities of the quantiles of multiples and rates.

    Raises
    ------
    InputError : a share outside (0, 1), no or too many quantiles.
    RefusalError : too few paths beyond the level.

    Tested by: the statistics they are made of, by hand, ``tests/leverage/simulation/test_summary.py``.
    """
    if not 1 <= len(quantile_shares) <= MAXIMUM_QUANTILES:
        raise InputError.of("quantile_shares", found=len(quantile_shares), expected=f"1 to {MAXIMUM_QUANTILES}")
    names = result.plan.instruments
    committed = sum(result.committed_to(name) for name in names)
    return SimulationSummary(
        paths=result.plan.paths,
        seed=result.plan.seed,
        tail_level_share=tail_level_share,
        to_firms=mean_of(result.to_firms),
        fees=mean_of(result.fees),
        carry_and_manager_net=mean_of(result.received[2] + result.value[2] - result.paid_in[2]),
        whole=InstrumentRisk(
            committed,
            mean_of(result.public_net.sum(axis=0)),
            probability_of(result.is_public_lost),
            tail_mean(result.public_loss, level_share=tail_level_share),
        ),
        by_instrument={name: _risk(result, name, tail_level_share) for name in names},
        public_multiple=path_quantiles(result.multiple(0), quantile_shares),
        public_rate=_rates(result.public_rate, quantile_shares),
        all_rate=_rates(result.all_rate, quantile_shares),
    )


def _risk(result: SimulationResult, name: str, tail_level_share: float) -> InstrumentRisk:
    place = result.plan.instruments.index(name)
    return InstrumentRisk(
        result.committed_to(name),
        mean_of(result.public_net[place]),
        probability_of(result.is_lost(name)),
        tail_mean(result.loss_of(name), level_share=tail_level_share),
    )


def _rates(rates: PathRates, shares: Sequence[float]) -> RateFigures:
    """Quantiles of the rates there are; none where fewer than two paths have one."""
    single = rates.single
    return RateFigures(path_quantiles(single, shares) if np.size(single) > 1 else (), rates.counts())
