"""How many times the money comes back from one company: laws of the multiple, drawn by their quantiles.

A law (one file in ``leverage/outcomes``) answers with a quantile function, so that companies may be drawn together: a
common factor moves the uniform numbers (a Gaussian copula), the law turns them into multiples. None of the published
laws is of Chinese companies or of companies with intellectual property at their core; each names its source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

import leverage.outcomes
from valuation.errors import InputError
from valuation.kernel.discovery import discover
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["OutcomeKind", "draw_multiples", "joined_multiples", "outcome_kinds"]

Array = NDArray[np.float64]
MAXIMUM_DRAWS = 10**8
#: A law is asked for u below one: beside it its tail has no end.
_LARGEST_UNIFORM = 1 - 2.0**-53


@dataclass(frozen=True)
class OutcomeKind:
    """A law of a company's multiple.

    ``quantile`` (terms, u) with u in (0, 1), rising in u; ``mean`` (terms) exact; ``loss_probability_share`` (terms)
    the probability of a multiple below one. All multiples are gross of fees and carry.
    """

    id: str
    label: Label
    question: Label
    terms_model: type[FrozenModel]
    quantile: Callable[[Any, Array], Array]
    mean: Callable[[Any], float]
    loss_probability_share: Callable[[Any], float]


def outcome_kinds() -> dict[str, OutcomeKind]:
    """Which laws are there? Every file in ``leverage/outcomes``."""
    return discover(leverage.outcomes, attribute="OUTCOME", of_type=OutcomeKind)


def joined_multiples(
    quantile: Callable[[Any, Array], Array], terms: Any, *, common: Array, own: Array, correlation_share: float
) -> Array:
    """Multiples of companies that one factor moves: quantile(Φ(√ρ · Z + √(1−ρ) · ε)).

    Parameters
    ----------
    common, own : standard normal Z and ε, of shapes that go together.

    Tested by: as :func:`draw_multiples`.
    """
    latent = np.sqrt(correlation_share) * common + np.sqrt(1 - correlation_share) * own
    return quantile(terms, np.minimum(ndtr(latent), _LARGEST_UNIFORM))


def draw_multiples(
    kind: OutcomeKind,
    terms: Any,
    *,
    scenarios: int,
    companies: int,
    correlation_share: float,
    random: np.random.Generator,
) -> Array:
    """What do companies pay back in each scenario, when one factor moves them all?

    u = Φ(√ρ · Z + √(1−ρ) · ε), Z one a scenario, ε one a company; multiple = quantile(u).

    Returns
    -------
    ``(scenarios, companies)`` multiples of the money invested.

    Raises
    ------
    InputError : a correlation outside 0 to below 1, fewer than one scenario or company, or more than 10⁸ draws.

    Tested by: mean and loss probability of each law against its draws; the correlation of the normals,
    ``tests/leverage/outcomes/test_outcomes.py``.
    """
    if not 0 <= correlation_share < 1:
        raise InputError.of("correlation_share", found=correlation_share, expected="a share from 0 to below 1")
    for name, count in (("scenarios", scenarios), ("companies", companies)):
        if type(count) is not int or count < 1:
            raise InputError.of(name, found=count, expected="a whole number of 1 or more")
    if scenarios * companies > MAXIMUM_DRAWS:
        raise InputError.of("scenarios × companies", found=scenarios * companies, expected=f"at most {MAXIMUM_DRAWS}")
    common = random.standard_normal((scenarios, 1))
    own = random.standard_normal((scenarios, companies))
    return joined_multiples(kind.quantile, terms, common=common, own=own, correlation_share=correlation_share)
