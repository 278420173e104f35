"""Who gets how much of the proceeds of a disposal (处置), and whom does the bank pay back?

Claims are paid strictly one after another, so more proceeds never lower what anybody gets. All in whole fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pledge.disposal_way import Outcome
from valuation.errors import InputError
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, split_fen

__all__ = [
    "DEBT_PARTS",
    "DebtPart",
    "PriorClaim",
    "SecuredDebt",
    "Waterfall",
    "WaterfallRow",
    "distribute",
    "distribute_outcome",
    "share_back",
]

DebtPart = Literal["interest", "penalty_interest", "compound_interest", "principal"]
#: The parts of the secured debt, which the contract puts in order.
DEBT_PARTS: dict[DebtPart, Label] = {
    "interest": Label("利息", "interest"),
    "penalty_interest": Label("罚息", "late interest"),
    "compound_interest": Label("复利", "compound interest"),
    "principal": Label("本金", "principal"),
}


@dataclass(frozen=True)
class PriorClaim:
    """A claim stated to rank before the pledgee's, by law or by judgment: a name and an amount."""

    label: Label
    amount_fen: int


@dataclass(frozen=True)
class SecuredDebt:
    """The debt on the day of distribution, by part, and the order in which its parts are paid."""

    amounts_fen: Mapping[DebtPart, int]
    order: tuple[DebtPart, ...]

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.amounts_fen) - set(DEBT_PARTS)):
            raise InputError.of("amounts", found=", ".join(unknown), expected=f"only {', '.join(DEBT_PARTS)}")
        if sorted(self.order) != sorted(self.amounts_fen):
            raise InputError.of(
                "order", found=", ".join(self.order) or "nothing", expected=f"each once: {', '.join(self.amounts_fen)}"
            )

    @property
    def total_fen(self) -> int:
        """The whole debt."""
        return sum(self.amounts_fen.values())


@dataclass(frozen=True)
class WaterfallRow:
    """One claim in its place: what is claimed and what is paid."""

    code: str
    label: Label
    claimed_fen: int
    paid_fen: int

    @property
    def unpaid_fen(self) -> int:
        """What stays open."""
        return self.claimed_fen - self.paid_fen


@dataclass(frozen=True)
class Waterfall:
    """Proceeds, row by row; what is left is the pledgor's."""

    proceeds_fen: int
    rows: tuple[WaterfallRow, ...]
    surplus_fen: int

    @property
    def repaid_fen(self) -> int:
        """What the secured debt receives."""
        return sum(row.paid_fen for row in self.rows if row.code in DEBT_PARTS)

    @property
    def unpaid_debt_fen(self) -> int:
        """What of the secured debt stays open."""
        return sum(row.unpaid_fen for row in self.rows if row.code in DEBT_PARTS)

    def paid_fen(self, code: str) -> int:
        """What the claims of this code receive."""
        return sum(row.paid_fen for row in self.rows if row.code == code)

    def as_document(self) -> dict[str, Any]:
        """The waterfall for JSON."""
        rows = [
            {
                "code": row.code,
                "label": row.label.as_document(),
                "claimed": Money(row.claimed_fen).text,
                "paid": Money(row.paid_fen).text,
                "unpaid": Money(row.unpaid_fen).text,
            }
            for row in self.rows
        ]
        return {"proceeds": Money(self.proceeds_fen).text, "rows": rows, "surplus": Money(self.surplus_fen).text}


def distribute(proceeds_fen: int, *, costs_fen: int, prior: Sequence[PriorClaim], debt: SecuredDebt) -> Waterfall:
    """How are the proceeds shared out?

    Enforcement costs → stated prior claims in their order → the parts of the debt in the agreed order → the pledgor.
    Each gets min(claim, what is left); Σ paid + surplus = proceeds.

    Parameters
    ----------
    proceeds_fen : gross proceeds, ≥ 0.
    costs_fen : costs and taxes of the enforcement, ≥ 0; what the proceeds do not pay stays with the pledgee.
    prior : claims that rank before the pledgee, in order; empty if none is stated.
    debt : the secured debt and its order.

    Raises
    ------
    InputError : a negative amount.

    Examples
    --------
    >>> debt = SecuredDebt({"interest": 20, "principal": 100}, order=("interest", "principal"))
    >>> found = distribute(100, costs_fen=10, prior=(), debt=debt)
    >>> [row.paid_fen for row in found.rows], found.surplus_fen
    ([10, 20, 70], 0)

    References
    ----------
    Civil Code of China, art. 561 (costs of realising the claim, interest, principal, unless agreed otherwise) and
    art. 436 to 438 through art. 446 (a pledgee is paid first out of the pledged right, the surplus is the pledgor's);
    recalled.

    Tested by: hand and hypothesis (sum, order, monotone) in ``tests/pledge/test_disposal_waterfall.py``.
    """
    claims = [
        ("enforcement_costs", Label("实现质权的费用", "costs of enforcing the pledge"), costs_fen),
        *(("prior_claim", claim.label, claim.amount_fen) for claim in prior),
        *((part, DEBT_PARTS[part], debt.amounts_fen[part]) for part in debt.order),
    ]
    for name, found in (("proceeds", proceeds_fen), *((code, amount) for code, _, amount in claims)):
        if found < 0:
            raise InputError.of(name, found=found, expected="0 or more")
    rows, left = [], proceeds_fen
    for code, label, amount in claims:
        paid = min(left, amount)
        rows.append(WaterfallRow(code, label, amount, paid))
        left -= paid
    return Waterfall(proceeds_fen, tuple(rows), left)


def distribute_outcome(outcome: Outcome, *, prior: Sequence[PriorClaim], debt: SecuredDebt) -> Waterfall:
    """How is one outcome of a disposal shared out, its own costs and taxes first?

    A settlement by the right distributes the settlement value. The debt is taken as stated; interest that runs until
    the money comes is for the caller to add.
    """
    costs = outcome.costs_of_enforcement_fen
    return distribute(outcome.proceeds_fen, costs_fen=costs, prior=prior, debt=debt)


def share_back(recovered_fen: int, *, borne_fen: Mapping[str, int]) -> dict[str, int]:
    """How is a recovery shared among those who bore the loss (资金池, 银行, 担保机构, 保险公司)?

    In proportion to what each bore, not a fen lost; nobody gets more than that.

    Parameters
    ----------
    recovered_fen : what came back after the loss was shared, from 0 to Σ borne.
    borne_fen : what each party bore, ≥ 0, in fen.

    Raises
    ------
    InputError : a recovery beyond the loss, a negative amount.

    Examples
    --------
    >>> share_back(1_000, borne_fen={"pool": 5_400, "bank": 4_600})
    {'pool': 540, 'bank': 460}

    Tested by: hand and hypothesis (sum, bound) in ``tests/pledge/test_disposal_waterfall.py``.
    """
    for party, borne in borne_fen.items():
        if borne < 0:
            raise InputError.of(f"borne.{party}", found=borne, expected="0 or more")
    loss = sum(borne_fen.values())
    if not 0 <= recovered_fen <= loss:
        raise InputError.of("recovered", found=recovered_fen, expected=f"from 0 to the loss borne, {loss}")
    if loss == 0:
        return dict.fromkeys(borne_fen, 0)
    return dict(zip(borne_fen, split_fen(recovered_fen, weights=list(borne_fen.values())), strict=True))
