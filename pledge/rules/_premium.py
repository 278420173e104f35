"""What a policy of premiums says, for guarantee and insurance alike: a rate, or the highest rate allowed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pledge.example_case import ExampleCase
from pledge.policy_kind import ParameterSpec
from pledge.premiums import BorrowerFlow, PremiumTerms, premium_flows
from pledge.support import SupportAnswer, SupportCase
from valuation.errors import InputError
from valuation.kernel.dated import DatedTable, DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = ["PARAMETERS", "answer_premium", "yearly_premium_figures"]

#: ``large`` stands for a covered principal above ``large_above_cny``.
PARAMETERS = (
    ParameterSpec("premium_rate_share", "share"),
    ParameterSpec("premium_rate_cap_share", "share"),
    ParameterSpec("large_premium_rate_cap_share", "share"),
    ParameterSpec("large_above_cny", "cny"),
    ParameterSpec("insured_loan_total_cny", "cny"),
    ParameterSpec("insured_sum_total_cny", "cny"),
    ParameterSpec("premium_subsidy_share", "share"),
    ParameterSpec("appraisal_fee_subsidy_share", "share"),
    ParameterSpec("interest_subsidy_share", "share"),
)


def answer_premium(case: SupportCase, *, rule: str, label: Label) -> SupportAnswer:
    """Charge the stated rate, or the policy's own, and say when it is above the highest allowed."""
    if case.premium is None:
        raise InputError.of(f"{rule}.payment", found="nothing", expected="how the premium is charged")
    rate, used = _rate(case.policy, case.premium, case)
    covered_fen = Rounding().to_fen(case.principal_fen * _share(case.premium.covered_share))
    highest, cap_values = _highest(case.policy, covered_fen, case)
    flows = premium_flows(
        case.schedule,
        replace(case.premium, annual_rate_share=rate),
        principal_fen=case.principal_fen,
        drawdown_date=case.drawdown_date,
        term_months=case.term_months,
    )
    warnings = () if highest is None or rate <= highest else (_above(label, rate, highest),)
    return SupportAnswer(
        rule=rule,
        policy=case.policy.id,
        label=label,
        document=_document(flows, rate, highest),
        columns=(Label("日期", "date"), Label("费用", "premium")),
        rows=tuple((flow.day.isoformat(), f"{Decimal(flow.amount_fen).scaleb(-2):,.2f}") for flow in flows),
        values_used=(*used, *cap_values),
        warnings=warnings,
        costs=flows,
    )


def yearly_premium_figures(case: ExampleCase) -> dict[str, str]:
    """The premium of one year in a worked example: rate × covered principal, and whether the rate is allowed."""
    covered = case.facts.fen("covered_principal_cny")
    stated = case.facts.take("annual_rate_share")
    terms = PremiumTerms(
        annual_rate_share=None if stated is None else Decimal(str(stated)), covered_share=Decimal(1), payment="yearly"
    )
    rate, _ = _rate(case.policy, terms, case)
    highest, _ = _highest(case.policy, covered, case)
    premium = Rounding().to_fen(covered * _share(rate))
    allowed = highest is None or rate <= highest
    return {"premium": Money(premium).text, "allowed": str(allowed).lower(), "highest_rate": str(highest)}


def _share(number: Decimal) -> Fraction:
    return Fraction(str(number))


def _on(case: SupportCase | ExampleCase) -> datetime.date:
    return case.policy_date if isinstance(case, SupportCase) else case.on


def _rate(policy: DatedTable, terms: PremiumTerms, case: SupportCase | ExampleCase) -> tuple[Decimal, list[DatedValue]]:
    if terms.annual_rate_share is not None:
        return terms.annual_rate_share, []
    if not policy.has("premium_rate_share"):
        raise InputError.of(
            "premium.annual_rate_share", found="nothing", expected=f"the yearly rate; {policy.id} does not give one"
        )
    value = policy.value("premium_rate_share", on=_on(case))
    return Decimal(str(value.value)), [value]


def _highest(
    policy: DatedTable, covered_fen: int, case: SupportCase | ExampleCase
) -> tuple[Decimal | None, list[DatedValue]]:
    """The highest rate the policy allows for this covered principal, None when it names none."""
    if not policy.has("premium_rate_cap_share"):
        return None, []
    name, used = "premium_rate_cap_share", []
    if policy.has("large_above_cny"):
        used.append(policy.value("large_above_cny", on=_on(case)))
        if covered_fen > Money.from_text(str(used[0].value)).fen:
            name = "large_premium_rate_cap_share"
    used.append(policy.value(name, on=_on(case)))
    return Decimal(str(used[-1].value)), used


def _above(label: Label, rate: Decimal, highest: Decimal) -> NamedWarning:
    return NamedWarning(
        "premium_above_cap",
        Label(
            f"{label.zh}年费率{rate:%}高于政策上限{highest:%}",
            f"{label.en}: the yearly rate {rate:%} is above the highest allowed, {highest:%}",
        ),
    )


def _document(flows: tuple[BorrowerFlow, ...], rate: Decimal, highest: Decimal | None) -> Mapping[str, object]:
    return {
        "annual_rate_share": format(rate, "f"),
        "highest_annual_rate_share": None if highest is None else format(highest, "f"),
        "payments": [{"date": flow.day.isoformat(), "premium": Money(flow.amount_fen).text} for flow in flows],
        "total_premium": Money(sum(flow.amount_fen for flow in flows)).text,
    }
