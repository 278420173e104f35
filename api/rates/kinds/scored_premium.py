"""A premium from scores; without ``maximum_share`` the value of practice on the policy date."""

from __future__ import annotations

from typing import Literal

from api.rates.kind import RateKind, Written
from valuation.discounting.build_up import ScoredPremiumInputs, scored_premium_paper
from valuation.kernel.dated import DatedValue
from valuation.kernel.fields import Dates
from valuation.kernel.labels import Label
from valuation.reference import reference_table, reference_warnings

__all__ = ["KIND", "ScoredPremiumPaper"]


class ScoredPremiumPaper(ScoredPremiumInputs):
    """A premium from scores; without ``maximum_share`` the value of practice on the policy date."""

    kind: Literal["scored_premium"]


def _write(stated: ScoredPremiumPaper, dates: Dates) -> Written:
    """The premium; where practice gives its upper end, that value's source and doubt go with it."""
    day = dates.policy_date
    paper = scored_premium_paper(stated, policy_date=day)
    practice: tuple[DatedValue, ...] = ()
    if stated.maximum_share is None:
        practice = (reference_table("discount_practice").value("scored_risk_maximum_share", on=day),)
    sources = tuple(each.source for each in practice)
    return Written(paper, "premium_share", warnings=reference_warnings(practice), sources=sources)


KIND = RateKind(
    label=Label("评分风险报酬", "Scored premium"),
    question=Label(
        "按风险因素评分，风险报酬率是多少？",
        "Which premium follows from the scores of a risk?",
    ),
    model=ScoredPremiumPaper,
    write=_write,
)
