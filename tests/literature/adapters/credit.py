"""Published cases of classification, provisions, capital, expected loss and scorecards, from their inputs alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from pledge.asset_classes import ASSET_CLASSES, Claim, Debtor, days_past_due
from pledge.classification import classify_debtor
from pledge.policy_catalogue import load_policies
from pledge.provision import provision_ratios

Case = dict[str, Any]
POLICIES = load_policies()
#: A day on which the order of 2023 is in force; the case states none.
UNDER_THE_ORDER = date(2023, 7, 1)


def _class_of(days: int) -> str:
    debtor = Debtor(claims=(Claim(id="a", balance_fen=1, days_overdue=days),), is_retail=False)
    rules = POLICIES["cn_asset_classification_2023"]
    return classify_debtor(debtor, rules=rules, on=UNDER_THE_ORDER).claims[0].asset_class


def five_class_floor(inputs: Case) -> Case:
    codes = {name.replace(" ", "_"): int(code) for code, name in inputs["class_codes"].items()}
    assert set(codes) == set(ASSET_CLASSES)
    return {f"class_at_{days}": codes[_class_of(days)] for days in inputs["days_overdue"]}


def provision_coverage(inputs: Case) -> Case:
    found = provision_ratios(
        {name: inputs[f"{name}_100m_cny"] for name in ASSET_CLASSES},
        general_fen=inputs["general_reserve_100m_cny"],
        specific_fen=inputs["specific_reserve_100m_cny"],
        special_fen=inputs["special_reserve_100m_cny"],
    )
    assert found.coverage_ratio is not None
    return {"provision_coverage_ratio": float(found.coverage_ratio)}


def delinquency_days(inputs: Case) -> Case:
    answer: Case = {}
    first = date.fromisoformat(inputs["first_unpaid_due_date"])
    for text in inputs["evaluation_dates"]:
        days, name = days_past_due(first, on=date.fromisoformat(text)), text.replace("-", "_")
        answer |= {f"dpd_{name}": days, f"non_performing_{name}": int(days > inputs["non_performing_threshold_days"])}
    return answer


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "cn-five-class-floor-by-overdue-days": five_class_floor,
    "cn-provision-coverage-three-reserves": provision_coverage,
    "days-past-due-from-first-unpaid-instalment": delinquency_days,
}
