"""The companies of a simulated fund: its gross multiple is the mean of what its companies pay back.

    M = Σ Q(Φ(√ρ · m + √(1−ρ) · εᵢ)) / n,   m = Σ (quarterly common factor) / √quarters

Q the quantiles of a law in ``leverage/outcomes``, n companies of equal size, m the same common factor that moves the
other funds and the tables of losses, εᵢ a company's own. Each yuan put into firms, whenever that is, comes back M-fold
in the end: the growth of the fund's cash flow only says how the money is spread over the years,

    value on entry = invested · M / F,   F = what a yuan brings until the end of life by the rates of growth and payout

so that the value before the end already knows the outcome. A charge that is taken out of the value sells a part of it.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from scipy.special import ndtri

from leverage.company_outcome import OutcomeKind, joined_multiples, outcome_kinds
from valuation.kernel.fast_random import counter_uniforms
from valuation.kernel.fields import FrozenModel

__all__ = ["CompanyPortfolio", "draw_portfolio"]

Array = NDArray[np.float64]

MAXIMUM_COMPANIES = 500


class CompanyPortfolio(FrozenModel):
    """How many companies of equal size, by which law (an id of ``leverage/outcomes``) with which terms.

    ``correlation_share`` is that of the normal numbers behind any two companies, also of two funds. No law is of
    Chinese companies with intellectual property at their core: ``source`` names where the terms come from.
    """

    law: Annotated[str, Field(max_length=100)]
    terms: dict[str, Any]
    companies: Annotated[int, Field(ge=1, le=MAXIMUM_COMPANIES)]
    correlation_share: Annotated[float, Field(ge=0, lt=1)]
    source: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _is_known(self) -> CompanyPortfolio:
        if self.law not in outcome_kinds():
            known = ", ".join(sorted(outcome_kinds()))
            raise PydanticCustomError("law", "a law among {known}, not {found}", {"known": known, "found": self.law})
        try:
            self.law_and_terms()
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise PydanticCustomError(
                "terms",
                "terms of the law {law}: {place}: {why}",
                {"law": self.law, "place": place, "why": first["msg"]},
            ) from error
        return self

    def law_and_terms(self) -> tuple[OutcomeKind, Any]:
        """The law and its terms, read."""
        kind = outcome_kinds()[self.law]
        return kind, kind.terms_model.model_validate(self.terms)


def draw_portfolio(portfolio: CompanyPortfolio, common: Array, keys: NDArray[np.uint64], *, stride: int) -> Array:
    """How many times does the money in the companies come back on each path?

    Parameters
    ----------
    common : ``(paths,)`` standard normal common factor.
    keys : ``(2,)`` of the portfolio's own stream; company i of path p has the number ``i · stride + p``.
    stride : paths of a whole block.

    Returns
    -------
    ``(paths,)`` gross multiples, 0 or more.

    Tested by: means, variances and correlations of ``draw_multiples``,
    ``tests/leverage/simulation/test_company_portfolio.py``.
    """
    kind, terms = portfolio.law_and_terms()
    whole = np.zeros(common.size)
    for company in range(portfolio.companies):
        own = ndtri(counter_uniforms(keys[None, :], first=company * stride, count=common.size)[0])
        rho = portfolio.correlation_share
        whole += joined_multiples(kind.quantile, terms, common=common, own=own, correlation_share=rho)
    result: Array = whole / portfolio.companies
    return result
