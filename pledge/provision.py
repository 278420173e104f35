"""拨备: what must be set aside for a loan book, are the ratios met, and how bad may the IP-pledge book be?

Three numbers stand side by side and are never merged: the regulator's minimum by class, the expected credit loss of
the accounts, and what the bank has booked.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pledge.asset_classes import ASSET_CLASSES, NON_PERFORMING, AssetClass
from pledge.policy_kind import ParameterSpec, PolicyKind
from valuation.errors import InputError, UnknownNameError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label
from valuation.kernel.money import Money, Rounding

__all__ = [
    "PROVISION_KIND",
    "Book",
    "MinimumProvision",
    "ProvisionRatios",
    "Stage",
    "Tolerance",
    "loss_stage",
    "minimum_provision",
    "npl_tolerance",
    "provision_ratios",
]

PROVISION_KIND = PolicyKind(
    id="provision_rules",
    label=Label("贷款损失准备规则", "rules of loan-loss provisions"),
    parameters=(
        ParameterSpec("general_share", "share", required=True),
        ParameterSpec("specific_share.*", "share", required=True, members=frozenset(ASSET_CLASSES[1:])),
        ParameterSpec("float_share.*", "share", required=True, members=frozenset({"substandard", "doubtful"})),
        ParameterSpec("coverage_ratio_least", "multiple"),
        ParameterSpec("coverage_ratio_most", "multiple"),
        ParameterSpec("loan_provision_share_least", "share"),
        ParameterSpec("loan_provision_share_most", "share"),
        ParameterSpec("stage_two_overdue_more_than_days", "days"),
        ParameterSpec("stage_three_overdue_more_than_days", "days"),
    ),
)

#: Balance of each class, fen.
Book = Mapping[AssetClass, int]
#: 1: twelve months; 2: lifetime, risk has risen significantly; 3: lifetime, credit-impaired.
Stage = Literal[1, 2, 3]

# A provision is rounded up: what must be set aside is never understated.
_UP = Rounding(mode="ceiling")


@dataclass(frozen=True)
class MinimumProvision:
    """The least the regulator asks for: one general amount and one specific amount a class, fen."""

    general_fen: int
    specific_fen: Mapping[AssetClass, int]
    values_used: tuple[DatedValue, ...]

    @property
    def total_fen(self) -> int:
        """General and specific provisions together."""
        return self.general_fen + sum(self.specific_fen.values())

    def shortfall_fen(self, expected_credit_loss_fen: int) -> int:
        """By how much does the expected credit loss of the accounts fall short of the minimum; 0 if it does not?"""
        if expected_credit_loss_fen < 0:
            raise InputError.of("expected_credit_loss_fen", found=expected_credit_loss_fen, expected="0 or more")
        return max(0, self.total_fen - expected_credit_loss_fen)

    def as_document(self) -> dict[str, Any]:
        """The minimum for JSON, with the rules it rests on."""
        return {
            "general": Money(self.general_fen).text,
            "specific": {name: Money(fen).text for name, fen in self.specific_fen.items()},
            "total": Money(self.total_fen).text,
            "values_used": [value.as_document() for value in self.values_used],
        }


@dataclass(frozen=True)
class ProvisionRatios:
    """拨备覆盖率 (None when nothing is non-performing) and 贷款拨备率, exact."""

    coverage_ratio: Fraction | None
    loan_provision_share: Fraction


@dataclass(frozen=True)
class Tolerance:
    """Is the IP-pledge book within the tolerance, and up to which non-performing share?"""

    npl_share: Fraction
    limit_share: Fraction
    held_against: DatedValue

    @property
    def is_within(self) -> bool:
        """Up to and including the limit."""
        return self.npl_share <= self.limit_share


def minimum_provision(
    book: Book, *, rules: DatedTable, on: datetime.date, floated: Mapping[AssetClass, Decimal] | None = None
) -> MinimumProvision:
    """How much must at least be set aside for this book?

    general = general share × all loans; specific = Σ share(class) × balance(class). Rounded up to the fen.

    Parameters
    ----------
    book : balance by class, fen ≥ 0; a class left out has none.
    rules : a table of kind ``provision_rules``.
    floated : for a class that may float, the share the bank applies instead, within ± float × its share.

    Raises
    ------
    InputError : a negative balance, a share outside its float, or a class that may not float.

    Examples
    --------
    >>> from pledge.policy_catalogue import load_policies
    >>> rules = load_policies()["cn_loan_provision"]
    >>> book = {"normal": 900_000_00, "substandard": 100_000_00}
    >>> minimum_provision(book, rules=rules, on=datetime.date(2024, 1, 1)).total_fen
    3500000

    References
    ----------
    银行贷款损失准备计提指引 (银发〔2002〕98号).

    Tested by: by hand and linear by hypothesis in ``tests/pledge/test_provision.py``.
    """
    _check_book(book)
    general = rules.value("general_share", on=on)
    shares = {name: rules.value(f"specific_share.{name}", on=on) for name in ASSET_CLASSES[1:]}
    rates = {name: Fraction(str(value.value)) for name, value in shares.items()}
    used = [general, *shares.values()]
    for name, share in (floated or {}).items():
        rates[name], bounds = _floated(name, share, rules, on)
        used.append(bounds)
    return MinimumProvision(
        general_fen=_UP.to_fen(sum(book.values()) * Fraction(str(general.value))),
        specific_fen={name: _UP.to_fen(book.get(name, 0) * rate) for name, rate in rates.items()},
        values_used=tuple(used),
    )


def provision_ratios(book: Book, *, general_fen: int, specific_fen: int, special_fen: int = 0) -> ProvisionRatios:
    """How well do the booked provisions cover the bad loans, and which share of all loans are they?

    coverage = (general + specific + special) / (substandard + doubtful + loss); loan provision share = the same
    provisions / all loans.

    Parameters
    ----------
    general_fen, specific_fen, special_fen : 一般准备, 专项准备 and 特种准备 as booked, fen ≥ 0.

    Raises
    ------
    InputError : a negative amount, or an empty book.

    Tested by: the published case ``cn-provision-coverage-three-reserves``.
    """
    _check_book(book)
    booked = {"general_fen": general_fen, "specific_fen": specific_fen, "special_fen": special_fen}
    for name, fen in booked.items():
        if fen < 0:
            raise InputError.of(name, found=fen, expected="0 or more")
    loans, reserves = sum(book.values()), sum(booked.values())
    if not loans:
        raise InputError.of("book", found="no loans", expected="a balance above 0")
    bad = sum(fen for name, fen in book.items() if name in NON_PERFORMING)
    return ProvisionRatios(Fraction(reserves, bad) if bad else None, Fraction(reserves, loans))


def loss_stage(
    days_overdue: int,
    *,
    rules: DatedTable,
    on: datetime.date,
    risk_has_risen: bool = False,
    credit_impaired: bool = False,
    rebutted: bool = False,
) -> Stage:
    """In which stage of expected credit loss is a loan?

    3 if credit-impaired or overdue over 90 days; else 2 if its risk has risen significantly or it is overdue over
    30 days; else 1. ``rebutted`` sets the presumption of 30 days aside; the one of 90 days stays.

    Raises
    ------
    InputError : negative days.

    References
    ----------
    IFRS 9 5.5.3, 5.5.5, 5.5.11, B5.5.37; 企业会计准则第22号.

    Tested by: ``tests/pledge/test_provision.py`` (at and just past each limit).
    """
    if days_overdue < 0:
        raise InputError.of("days_overdue", found=days_overdue, expected="0 or more")
    two, three = (rules.value(f"stage_{name}_overdue_more_than_days", on=on).value for name in ("two", "three"))
    if credit_impaired or days_overdue > _days(three):
        return 3
    return 2 if risk_has_risen or (days_overdue > _days(two) and not rebutted) else 1


def npl_tolerance(ip_pledge_book: Book, *, whole_book: Book, rules: DatedTable, on: datetime.date) -> Tolerance:
    """Is the non-performing share of the IP-pledge loans within the tolerance above that of the whole bank?

    within ⇔ NPL share of IP-pledge loans ≤ NPL share of the bank + tolerance.

    Parameters
    ----------
    rules : rules of supervision that state the tolerance, a table of kind ``supervision_rules``.

    Raises
    ------
    InputError : an empty book, or an IP-pledge book that is not part of the whole.

    References
    ----------
    银保监发〔2019〕34号.

    Tested by: ``tests/pledge/test_provision.py`` (at the limit and just past it).
    """
    for name, fen in ip_pledge_book.items():
        if fen > whole_book.get(name, 0):
            raise InputError.of(
                f"ip_pledge_book.{name}", found=fen, expected=f"at most {whole_book.get(name, 0)}, the whole book's"
            )
    value = rules.value("npl_tolerance_share", on=on)
    limit = _npl_share(whole_book, "whole_book") + Fraction(str(value.value))
    return Tolerance(_npl_share(ip_pledge_book, "ip_pledge_book"), limit, value)


def _npl_share(book: Book, field: str) -> Fraction:
    _check_book(book)
    loans = sum(book.values())
    if not loans:
        raise InputError.of(field, found="no loans", expected="a balance above 0")
    return Fraction(sum(fen for name, fen in book.items() if name in NON_PERFORMING), loans)


def _floated(name: AssetClass, share: Decimal, rules: DatedTable, on: datetime.date) -> tuple[Fraction, DatedValue]:
    if not rules.has(f"float_share.{name}"):
        raise InputError.of(f"floated.{name}", found=share, expected="no entry: this class may not float")
    bounds = rules.value(f"float_share.{name}", on=on)
    middle = Fraction(str(rules.value(f"specific_share.{name}", on=on).value))
    low, high = (middle * (1 + sign * Fraction(str(bounds.value))) for sign in (-1, 1))
    if not share.is_finite() or not low <= Fraction(share) <= high:
        raise InputError.of(f"floated.{name}", found=share, expected=f"{float(low):g} to {float(high):g}")
    return Fraction(share), bounds


def _check_book(book: Book) -> None:
    for name, fen in book.items():
        if name not in ASSET_CLASSES:
            raise UnknownNameError.among("book", found=name, known=ASSET_CLASSES)
        if type(fen) is not int or fen < 0:
            raise InputError.of(f"book.{name}", found=fen, expected="whole fen, 0 or more")


def _days(value: object) -> int:
    assert isinstance(value, int), "days of a loaded policy are whole numbers"
    return value
