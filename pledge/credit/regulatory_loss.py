"""监管违约损失率: which loss given default does the regulator prescribe for a loan pledged by IP rights?

It stands beside the economic loss (``economic_loss``) and is never mixed with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from valuation.errors import NotBuiltError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["RegulatoryLoss", "Seniority", "regulatory_loss"]

Seniority = Literal["senior", "subordinated"]
_IP = "intellectual_property"


@dataclass(frozen=True)
class RegulatoryLoss:
    """The prescribed LGD, its rule, and what was left out of account."""

    lgd_share: float
    held_against: DatedValue
    warnings: tuple[NamedWarning, ...]


def regulatory_loss(
    seniority: Seniority, *, collateral_kinds: Sequence[str], rules: DatedTable, on: datetime.date
) -> RegulatoryLoss:
    """Which LGD counts for capital?

    The supervisory LGD without recognised collateral. IP rights stand in no list of eligible collateral, so a pledge
    of them changes nothing and the answer says so.

    Parameters
    ----------
    collateral_kinds : what secures the loan; ``intellectual_property`` or nothing.
    rules, on : a table of kind ``irb_rules`` and the day.

    Raises
    ------
    NotBuiltError : other collateral, whose reduction of the LGD is not implemented.

    References
    ----------
    Basel II paragraphs 287 to 295; Basel Framework CRE32.5 to CRE32.12 (the lists of eligible collateral).

    Tested by: ``tests/pledge/credit/test_regulatory_loss.py`` (45 % and 40 % on their days).
    """
    other = sorted(set(collateral_kinds) - {_IP})
    if other:
        raise NotBuiltError(f"collateral_kinds: found {', '.join(other)}, expected {_IP} or nothing")
    value = rules.value(f"supervisory_lgd_share.{seniority}", on=on)
    doubts = [value.warning] if value.warning is not None else []
    if _IP in collateral_kinds:
        doubts.append(_NOT_ELIGIBLE)
    return RegulatoryLoss(float(str(value.value)), value, tuple(doubts))


_NOT_ELIGIBLE = NamedWarning(
    "ip_not_eligible_collateral",
    Label(
        "知识产权不在合格抵质押品名单内，监管违约损失率按无抵质押计",
        "IP rights are in no list of eligible collateral; the regulatory LGD is that of an unsecured loan",
    ),
)
