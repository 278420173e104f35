"""Who has put what into a fund, and what has come back to whom, and as what?

The accounts that tiers of a waterfall read and write. Amounts are fen as decimals of 50 digits: between two
roundings nothing is lost that a fen could notice; the engine brings what is paid on a day to whole fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Literal

from valuation.errors import InputError

__all__ = [
    "PRECISION",
    "Account",
    "AccountName",
    "FundAccounts",
    "Memory",
    "Partner",
    "Role",
    "Share",
    "pro_rata",
    "yearly_factor",
]

#: Digits of the amounts between two roundings.
PRECISION = 50
Role = Literal["public", "other", "manager"]
#: As what a partner is paid: its capital, its preferred return, carried interest, or a part of the profit.
AccountName = Literal["capital", "preferred", "carry", "profit"]
#: What a tier remembers of each partner between two days.
Memory = dict[str, Decimal]


@dataclass(frozen=True)
class Partner:
    """A partner of a fund: what it committed (fen) and on whose side it stands. Carry goes to the manager."""

    id: str
    role: Role
    committed_fen: int


@dataclass(frozen=True)
class Share:
    """A part of a distribution: to whom, as what, how much (fen, exact)."""

    partner: str
    account: AccountName
    amount: Decimal


@dataclass
class Account:
    """What one partner has paid in and received, by kind."""

    contributed: Decimal = Decimal(0)
    received: dict[AccountName, Decimal] = field(
        default_factory=lambda: dict.fromkeys(("capital", "preferred", "carry", "profit"), Decimal(0))
    )

    @property
    def unreturned(self) -> Decimal:
        """Capital that has not come back."""
        return self.contributed - self.received["capital"]

    @property
    def gained(self) -> Decimal:
        """What was received beyond capital."""
        return self.received["preferred"] + self.received["carry"] + self.received["profit"]


@dataclass
class FundAccounts:
    """The accounts of all partners on a day; ``memory`` is one dictionary a tier."""

    partners: tuple[Partner, ...]
    accounts: dict[str, Account]
    memory: tuple[Memory, ...]

    @classmethod
    def opened(cls, partners: tuple[Partner, ...], *, tier_count: int) -> FundAccounts:
        """Empty accounts of a fund with so many tiers."""
        accounts = {partner.id: Account() for partner in partners}
        memory: tuple[Memory, ...] = tuple({p.id: Decimal(0) for p in partners} for _ in range(tier_count))
        return cls(partners, accounts, memory)

    @property
    def manager(self) -> str:
        """Name the partner that carry goes to."""
        return next(partner.id for partner in self.partners if partner.role == "manager")

    @property
    def profit_paid(self) -> Decimal:
        """Everything paid so far beyond capital, to anybody."""
        return sum((account.gained for account in self.accounts.values()), Decimal(0))

    @property
    def carry_paid(self) -> Decimal:
        """Carry paid so far."""
        return self.accounts[self.manager].received["carry"]

    def capital_weights(self) -> dict[str, Decimal]:
        """By what partners share alike: what each has paid in, or committed where nothing is paid in yet."""
        weights = {name: account.contributed for name, account in self.accounts.items()}
        if any(weights.values()):
            return weights
        return {partner.id: Decimal(partner.committed_fen) for partner in self.partners}

    def book(self, shares: Iterable[Share]) -> None:
        """Write what a tier has given."""
        for share in shares:
            self.accounts[share.partner].received[share.account] += share.amount


def pro_rata(amount: Decimal, weights: Mapping[str, Decimal], account: AccountName) -> tuple[Share, ...]:
    """Share an amount by weights; nobody with weight zero appears."""
    whole = sum(weights.values(), Decimal(0))
    if amount == 0 or whole == 0:
        return ()
    return tuple(Share(name, account, amount * weight / whole) for name, weight in weights.items() if weight)


@lru_cache(maxsize=100_000)
def yearly_factor(rate_share: Decimal, *, days: int, day_basis: int) -> Decimal:
    """By which factor does an amount grow in so many days, compounded once a year: (1 + r)^(days / basis)?

    Raises
    ------
    InputError : a rate of -100 % or below.

    Examples
    --------
    >>> yearly_factor(Decimal("0.08"), days=365, day_basis=365)
    Decimal('1.08')
    """
    if rate_share <= -1:
        raise InputError.of("rate_share", found=rate_share, expected="a rate above -1")
    whole_years, rest = divmod(days, day_basis)
    with localcontext(prec=PRECISION):
        factor = (1 + rate_share) ** whole_years
        return factor if rest == 0 else factor * (1 + rate_share) ** (Decimal(rest) / day_basis)
