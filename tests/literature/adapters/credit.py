"""Published cases of classification, provisions, capital, expected loss and scorecards, from their inputs alone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from pledge.asset_classes import ASSET_CLASSES, Claim, Debtor, days_past_due
from pledge.classification import classify_debtor
from pledge.credit.expected_credit_loss import LossPath, expected_loss
from pledge.credit.irb_capital import irb_capital
from pledge.credit.migration_value import migration_value
from pledge.credit.scorecard import ScoreScale
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


def _in_name(pd: float) -> str:
    """A PD as the cases write it into the names of their outputs."""
    return f"{pd * 100:.2f}".replace(".", "p")


#: The cases state the formula of the day: Basel II in 2006, the final Basel III from 2023, both without a factor.
BASEL_2, BASEL_3 = date(2006, 12, 31), date(2023, 1, 1)


def irb_firms(inputs: Case, *, on: date) -> Case:
    found = irb_capital(
        inputs["pd_list"],
        exposure_class="corporate",
        lgd_share=inputs["lgd"],
        scaling_factor=1.0,
        rules=POLICIES["basel_irb"],
        on=on,
        maturity_years=inputs["effective_maturity_years"],
        turnover_million_eur=inputs["annual_turnover_million_eur"],
    )
    weights = zip(inputs["pd_list"], found.risk_weight.tolist(), strict=True)
    return {f"rw_pct_at_pd_{_in_name(pd)}pct": 100 * weight for pd, weight in weights}


def irb_revolving(inputs: Case) -> Case:
    answer: Case = {}
    for lgd in inputs["lgd_list"]:
        found = irb_capital(
            inputs["pd_list"],
            exposure_class="qrre_transactor",
            lgd_share=lgd,
            scaling_factor=1.0,
            rules=POLICIES["basel_irb"],
            on=BASEL_3,
        )
        weights = zip(inputs["pd_list"], found.risk_weight.tolist(), strict=True)
        answer |= {f"rw_pct_pd_{_in_name(pd)}_lgd{lgd * 100:.0f}": 100 * weight for pd, weight in weights}
    return answer


def bond_after_a_year(inputs: Case) -> Case:
    chance = [percent / 100 for percent in inputs["one_year_probability_pct"]]
    found = migration_value(chance, value=inputs["value_at_horizon_per_100"])
    return {"mean_value": found.mean, "std_value": found.standard_deviation}


def amortising_loan(inputs: Case) -> Case:
    """The page takes defaults at the end of a year over the life, in the middle of the year over twelve months."""
    lgd = np.array(inputs["lgd"])
    life = LossPath(np.array(inputs["exposure_by_year"]), np.array(inputs["marginal_pd_by_year"]), lgd, 1.0)
    year = LossPath(np.array([inputs["twelve_month_exposure"]]), np.array([inputs["twelve_month_pd"]]), lgd, 1.0)
    ends = {"end of year": "end", "mid-year (0.5)": "middle"}
    asked = {"effective_rate_share": inputs["eir"]}
    return {
        "ecl_lifetime": expected_loss(life, timing=ends[inputs["lifetime_discounting"]], **asked).gross(2),
        "ecl_12_month": expected_loss(year, timing=ends[inputs["twelve_month_discounting"]], **asked).gross(1),
    }


def points_to_double_odds(inputs: Case) -> Case:
    scale = ScoreScale(inputs["reference_score"], inputs["reference_odds_good_to_bad"], inputs["points_to_double_odds"])
    return {"factor": scale.factor, "offset": scale.offset}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "cn-five-class-floor-by-overdue-days": five_class_floor,
    "cn-provision-coverage-three-reserves": provision_coverage,
    "days-past-due-from-first-unpaid-instalment": delinquency_days,
    "basel2-irb-corporate-riskweights": lambda inputs: irb_firms(inputs, on=BASEL_2),
    "basel3-irb-sme-lgd40-riskweights": lambda inputs: irb_firms(inputs, on=BASEL_3),
    "basel3-irb-qrre-riskweights": irb_revolving,
    "creditmetrics-bbb-one-year-value-moments": bond_after_a_year,
    "ecl-12-month-and-lifetime-amortising": amortising_loan,
    "scorecard-points-to-double-odds": points_to_double_odds,
}
