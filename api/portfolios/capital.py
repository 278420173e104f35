"""What would a supervisor ask against this book? IRB and standardised amounts beside the simulated losses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.answered import named_under
from api.portfolios.schemas import CapitalIn
from pledge.credit.irb_capital import irb_capital
from pledge.credit.regulatory_loss import regulatory_loss
from pledge.credit.standardised_weights import standardised_weight
from pledge.portfolio.loan_book import LoanBook
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import NamedWarning

__all__ = ["Capital", "book_capital"]

#: A PD of nothing is raised to the floor of the rules like any other below it.
_NEXT_TO_NOTHING = 1e-12


@dataclass(frozen=True)
class Capital:
    """The amounts as JSON-safe data (None where nobody asked), the values of rules used, the doubts."""

    document: dict[str, Any] | None = None
    values_used: tuple[DatedValue, ...] = ()
    warnings: tuple[NamedWarning, ...] = ()


def book_capital(book: LoanBook, stated: CapitalIn | None, *, policies: Mapping[str, DatedTable]) -> Capital:
    """How much capital by the internal ratings-based approach, and which risk-weighted amount by the standardised one?

    Exposures are principal and interest; the LGD is the supervisory one, which takes no account of IP rights; a PD
    below the floor of the rules is raised to it. ``capital_cny`` is before the scaling factor, what is risk-weighted
    after it.

    Raises
    ------
    InputError : a loan with a PD of one, which has defaulted; a turnover or scaling that cannot be.
    UnknownNameError : a table of rules that does not exist or is of another kind.
    GapError, BeforeFirstStepError, RepealedError : a value the rules cannot give on the day.

    Tested by: ``tests/api/portfolios/test_capital.py`` (loan by loan with the domain's functions, hand).
    """
    if stated is None:
        return Capital()
    irb, irb_values, doubts = _irb(book, stated, _table(policies, "irb_policy", stated.irb_policy, "irb_rules"))
    table = _table(policies, "standardised_policy", stated.standardised_policy, "standardised_weights")
    weight = standardised_weight(stated.obligor, rules=table, on=stated.policy_date)
    fen = [round(100 * float(claim)) for claim in book.claim_cny]
    standardised = {
        "risk_weight": float(weight.risk_weight),
        "risk_weighted_cny": f"{sum(weight.risk_weighted_fen(each) for each in fen) / 100:.2f}",
    }
    used = (*irb_values, weight.held_against)
    unsure = tuple(value.warning for value in used if value.warning is not None)
    return Capital({"irb": irb, "standardised": standardised}, used, tuple(dict.fromkeys((*doubts, *unsure))))


def _irb(
    book: LoanBook, stated: CapitalIn, rules: DatedTable
) -> tuple[dict[str, Any], tuple[DatedValue, ...], tuple[NamedWarning, ...]]:
    pd = book.columns["pd_share_per_year"]
    failed = np.flatnonzero(pd >= 1)
    if failed.size:
        found = f"{failed.size} loans with a PD of one, the first {book.loan_ids[failed[0]]}"
        raise InputError.of("capital", found=found, expected="PDs below one: capital of a failed loan is another rule")
    prescribed = regulatory_loss(
        "senior", collateral_kinds=["intellectual_property"], rules=rules, on=stated.policy_date
    )
    with named_under("capital"):
        found_capital = irb_capital(
            np.maximum(pd, _NEXT_TO_NOTHING),
            exposure_class=stated.exposure_class,
            lgd_share=prescribed.lgd_share,
            scaling_factor=stated.scaling_factor,
            rules=rules,
            on=stated.policy_date,
            maturity_years=book.columns["maturity_years"] if stated.exposure_class == "corporate" else None,
            turnover_million_eur=stated.turnover_million_eur,
        )
    claim = book.claim_cny
    document = {
        "lgd_share": prescribed.lgd_share,
        "capital_cny": f"{float(claim @ found_capital.capital_share):.2f}",
        "expected_loss_cny": f"{float(claim @ found_capital.expected_loss_share):.2f}",
        "risk_weighted_cny": f"{float(claim @ found_capital.risk_weight):.2f}",
        "mean_risk_weight": float(claim @ found_capital.risk_weight / claim.sum()),
    }
    return document, (*found_capital.values_used, prescribed.held_against), prescribed.warnings


def _table(policies: Mapping[str, DatedTable], field: str, name: str, kind: str) -> DatedTable:
    known = {each: table for each, table in policies.items() if table.kind == kind}
    if name not in known:
        raise UnknownNameError.among(f"capital.{field}", found=name, known=known)
    return known[name]
