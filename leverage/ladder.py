"""How many yuan does one public yuan set in motion, by each of the definitions in use?

One programme has several true multiples, a factor of ten apart. The ladder prints them all, each with its
definition, its numerator and its denominator. Public money of every layer stands in every denominator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any, Literal

from leverage.contribution import Contribution, Form, Stage, StatedAmount
from leverage.lookthrough import look_through
from leverage.source_classes import Convention, source_class
from valuation.errors import RefusalError
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = ["Ladder", "Rung", "ladder", "ratio_text", "volume_warning"]

_PLACES = 6


@dataclass(frozen=True)
class Rung:
    """One multiple: its definition and the two amounts it is made of."""

    id: str
    label: Label
    definition: Label
    numerator_fen: int
    denominator_fen: int

    @property
    def multiple(self) -> Fraction:
        """The exact ratio."""
        return Fraction(self.numerator_fen, self.denominator_fen)

    def as_document(self) -> dict[str, Any]:
        """The rung for JSON: amounts and multiple as text."""
        text, exact = ratio_text(self.multiple)
        return {
            "id": self.id,
            "label": self.label.as_document(),
            "definition": self.definition.as_document(),
            "numerator": Money(self.numerator_fen).text,
            "denominator": Money(self.denominator_fen).text,
            "multiple": text,
            "multiple_is_exact": exact,
        }


@dataclass(frozen=True)
class Ladder:
    """All multiples of one set of money at one stage, gross or net of displacement.

    ``loan_fen_months`` is Σ loan × term: a loan of a year and one of five are not the same finance. It is None
    when the term of a loan is not known.
    """

    stage: Stage
    basis: Literal["gross", "net"]
    rungs: tuple[Rung, ...]
    loans_fen: int
    equity_fen: int
    loan_fen_months: Fraction | None

    @property
    def loan_years_text(self) -> str | None:
        """Loan-years in yuan × years with two decimals, or None when the term of a loan is not known."""
        if self.loan_fen_months is None:
            return None
        return Money(Rounding().to_fen(self.loan_fen_months / 12)).text

    def rung(self, name: str) -> Rung:
        """Take one rung by its id; asking for one that was not stated is a refusal."""
        found = [rung for rung in self.rungs if rung.id == name]
        if not found:
            raise RefusalError.of(
                f"ladder.{name}",
                found="amounts that were not stated for every instrument",
                expected="one of " + ", ".join(rung.id for rung in self.rungs),
                advice="State the amount in the terms of each instrument",
            )
        return found[0]

    def as_document(self) -> dict[str, Any]:
        """The ladder for JSON."""
        return {
            "stage": self.stage,
            "basis": self.basis,
            "rungs": [rung.as_document() for rung in self.rungs],
            "finance_to_firms": {
                "loans": Money(self.loans_fen).text,
                "equity": Money(self.equity_fen).text,
                "loan_years": self.loan_years_text,
            },
        }


@dataclass(frozen=True)
class _Sums:
    """What the rungs divide, in fen; investment and exposure are None when not stated for every allocation."""

    public: int
    other: int
    private: int
    finance: int
    investment: int | None
    exposure: int | None


@dataclass(frozen=True)
class _Definition:
    id: str
    label: Label
    definition: Label
    numerator: Callable[[_Sums], int | None]


_DEFINITIONS = (
    _Definition(
        "total_per_public",
        Label("总规模倍数", "total / public"),
        Label(
            "（公共资金＋其他资金）÷公共资金，每一元只在出资源头计一次；含公共资金自身，不得称为“撬动”",
            "(public + other money) / public, each yuan counted once at its source; holds the public money itself,"
            " so it is never the money levered",
        ),
        lambda sums: sums.public + sums.other,
    ),
    _Definition(
        "other_per_public",
        Label("撬动倍数", "other / public"),
        Label("非公共资金（银行、保险、民间、境外等）÷公共资金", "money that is not public / public"),
        lambda sums: sums.other,
    ),
    _Definition(
        "finance_to_firms_per_public",
        Label("到达企业资金倍数", "finance reaching firms / public"),
        Label(
            "穿透后实际到达企业的股权与贷款÷公共资金；费用、闲置及留在资金池内的钱不计",
            "equity and loans that reach firms, looked through all vehicles / public; fees, idle money and money"
            " that stays in a pool are not counted",
        ),
        lambda sums: sums.finance,
    ),
    _Definition(
        "investment_per_public",
        Label("带动投资倍数", "investment / public"),
        Label(
            "企业项目总投资（含企业自筹，须另行说明）÷公共资金",
            "total investment of the projects, the firms' own money included, as stated / public",
        ),
        lambda sums: sums.investment,
    ),
    _Definition(
        "private_per_public",
        Label("民间资本倍数", "private only / public"),
        Label(
            "民间与境外资本÷公共资金；国有企业、银行、保险资金不计",
            "private and foreign capital / public; state companies, banks and insurers left out",
        ),
        lambda sums: sums.private,
    ),
    _Definition(
        "exposure_per_public",
        Label("风险责任倍数", "risk exposure / public"),
        Label(
            "所承担的风险责任余额÷公共资金；是责任，不是资金",
            "risk taken on / public; a liability, not money that reached anyone",
        ),
        lambda sums: sums.exposure,
    ),
)


def ladder(
    contributions: Sequence[Contribution],
    *,
    stage: Stage,
    convention: Convention,
    stated: Iterable[StatedAmount] = (),
    displacement: Mapping[str, Decimal] | None = None,
) -> Ladder:
    """How many yuan does one public yuan set in motion at this stage, by every definition?

    With P = public money, O = other money, F = finance reaching firms, I = investment, V = private and foreign,
    E = exposure, all in fen:  (P+O)/P, O/P, F/P, I/P, V/P, E/P. I and E appear only when stated for every
    allocation. Net of displacement d (share that would have come anyway): O, F, I and V are multiplied by 1 − d
    of their allocation; P and E are not.

    Parameters
    ----------
    contributions : rows of any stage; those of ``stage`` are used, the others never mix in.
    convention : which classes are public.
    stated : investment and exposure amounts.
    displacement : share of one for each allocation; None gives the gross ladder. There is no default share.

    Raises
    ------
    RefusalError : no public money at this stage, so that no multiple has a meaning.
    InputError : the vehicles do not add up, see :func:`leverage.lookthrough.look_through`.

    References
    ----------
    EIF, COSME Loan Guarantee Facility presentation, 2015: one budget, three multiples (15, 32, 47).

    Tested by: literature cases leverage-eu-sme-guarantee-three-definitions, leverage-beijing-ip-operation-fund,
    pool-amplification-guangdong; identities by hypothesis in ``tests/leverage/test_ladder.py``.
    """
    rows = [row for row in contributions if row.stage == stage]
    amounts = [row for row in stated if row.stage == stage]
    remaining = _Remaining(displacement)
    reached = look_through(rows).reached
    sums = _sums(rows, reached, amounts, convention=convention, remaining=remaining)
    if sums.public == 0:
        raise RefusalError.of(
            f"public money at the stage {stage}",
            found=Money(0).text,
            expected="an amount above 0",
            advice="A leverage multiple has no meaning without public money; name the public lines",
        )
    return Ladder(
        stage=stage,
        basis="gross" if displacement is None else "net",
        rungs=_rungs(sums),
        loans_fen=remaining.sum(row for row in reached if row.form == "loan"),
        equity_fen=remaining.sum(row for row in reached if row.form == "equity"),
        loan_fen_months=_fen_months(reached, remaining),
    )


class _Remaining:
    """What is left of an amount after the share that would have come anyway."""

    def __init__(self, displacement: Mapping[str, Decimal] | None) -> None:
        self._displacement = displacement

    def share(self, allocation: str) -> Fraction:
        if self._displacement is None:
            return Fraction(1)
        return 1 - Fraction(self._displacement[allocation])

    def sum(self, rows: Iterable[Contribution | StatedAmount]) -> int:
        """Add the rows, each times its remaining share; rounded once, to the nearest fen."""
        return Rounding().to_fen(sum((row.amount_fen * self.share(row.allocation) for row in rows), Fraction(0)))


def _sums(
    rows: Sequence[Contribution],
    reached: Sequence[Contribution],
    stated: Sequence[StatedAmount],
    *,
    convention: Convention,
    remaining: _Remaining,
) -> _Sums:
    origins = [(row, row.source_class) for row in rows if row.is_origin and row.source_class is not None]
    allocations = {row.allocation for row in rows}
    investment = _of_all(stated, kind="investment", allocations=allocations)
    exposure = _of_all(stated, kind="exposure", allocations=allocations)
    return _Sums(
        public=sum(row.amount_fen for row, name in origins if convention.is_public(name)),
        other=remaining.sum(row for row, name in origins if not convention.is_public(name)),
        private=remaining.sum(row for row, name in origins if source_class(name).is_private),
        finance=remaining.sum(reached),
        investment=None if investment is None else remaining.sum(investment),
        exposure=None if exposure is None else sum(row.amount_fen for row in exposure),
    )


def _of_all(stated: Sequence[StatedAmount], *, kind: str, allocations: set[str]) -> list[StatedAmount] | None:
    """Take the stated amounts of one kind; a sum that lacks an allocation is no answer."""
    rows = [row for row in stated if row.kind == kind]
    return rows if allocations and {row.allocation for row in rows} >= allocations else None


def _rungs(sums: _Sums) -> tuple[Rung, ...]:
    numerators = [(row, row.numerator(sums)) for row in _DEFINITIONS]
    return tuple(
        Rung(row.id, row.label, row.definition, fen, sums.public) for row, fen in numerators if fen is not None
    )


def _fen_months(reached: Iterable[Contribution], remaining: _Remaining) -> Fraction | None:
    total = Fraction(0)
    for row in reached:
        if row.form == "loan" and row.term_months is None:
            return None
        if row.term_months is not None:
            total += row.amount_fen * Fraction(row.term_months) * remaining.share(row.allocation)
    return total


def ratio_text(ratio: Fraction) -> tuple[str, bool]:
    """Write a ratio as a decimal, and tell whether the text is exact.

    A ratio that ends within six decimals is written exactly; any other is rounded half up to six decimals.

    Examples
    --------
    >>> ratio_text(Fraction(5, 2)), ratio_text(Fraction(40000, 9500))
    (('2.5', True), ('4.210526', False))
    """
    with localcontext() as context:
        context.prec = 60
        scaled = Fraction(ratio * 10**_PLACES)
        exact = scaled.denominator == 1
        decimal = Decimal(scaled.numerator) / Decimal(scaled.denominator)
        rounded = decimal.to_integral_value(rounding=ROUND_HALF_UP).scaleb(-_PLACES)
        text = f"{rounded:f}"
    return (text.rstrip("0").rstrip(".") if exact else text), exact


def volume_warning(forms: Iterable[Form]) -> NamedWarning | None:
    """Must the reader be told that equity and loans stand side by side in yuan?"""
    if set(forms) != {"equity", "loan"}:
        return None
    return NamedWarning(
        "equity_and_loans_on_volume",
        Label(
            "股权与贷款并列比较：一元十年期股权与一元一年期贷款不是同一种融资，只比金额会偏向资金池；"
            "请同时看贷款年数与风险",
            "equity and loans are compared: a yuan of ten-year equity and a yuan of one-year loan are not the same"
            " finance, and volume alone favours the pool; read the loan-years and the risk beside it",
        ),
    )
