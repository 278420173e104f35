"""Which rate do the riskless rate and stated premia add up to?

Checked against: three Chinese examination questions (literature: examw.com 572600 for the inputs of the beverage
trademark, zikao365.com film copyright, wendadaohang.com technology contribution), scores by hand, the packaged table.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.valuation.asking import figure
from valuation.discounting.build_up import (
    BuildUpInputs,
    ScoredPremiumInputs,
    build_up_paper,
    practice_range,
    scored_premium_paper,
)
from valuation.errors import BeforeFirstStepError, InputError, UnknownNameError
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet
from valuation.reference import reference_table

DAY = datetime.date(2024, 6, 30)


def build_up(riskless: float, premia: dict[str, float]) -> Worksheet:
    rows = [{"name": name, "premium_share": figure(premium)} for name, premium in premia.items()]
    return build_up_paper(parse(BuildUpInputs, {"riskless_rate_share": figure(riskless), "premia": rows}))


@pytest.mark.parametrize(
    ("riskless", "premia", "rate"),
    [
        (0.035, {"政策": 0.01, "法律": 0.02, "市场": 0.03, "替代": 0.02, "管理": 0.02}, 0.135),
        (0.05, {"风险报酬": 0.07}, 0.12),
        (0.04, {"风险报酬": 0.06}, 0.10),
    ],
    ids=["beverage trademark", "film copyright", "technology contribution"],
)
def test_published_rates(riskless: float, premia: dict[str, float], rate: float) -> None:
    paper = build_up(riskless, premia)
    assert paper.value("discount_rate_share") == pytest.approx(rate, abs=1e-12)
    assert paper.axis.columns == tuple(premia)
    assert paper.warnings() == ()


def test_every_premium_carries_its_evidence() -> None:
    paper = build_up(0.03, {"市场": 0.02, "技术": 0.03})
    assert paper.entry("premium_share").grade == "assumed"  # type: ignore[union-attr]
    assert paper.formula_in_words("discount_rate_share", "zh") == "无风险利率 + 风险报酬率合计"


def test_a_premium_below_zero_is_a_named_doubt() -> None:
    (warning,) = build_up(0.03, {"市场": 0.02, "流动性": -0.01}).warnings()
    assert warning.code == "premium_below_zero"
    assert "-0.01" in warning.label.en


def scored(factors: list[tuple[str, float, float]], **more: Any) -> Worksheet:
    rows = [{"name": name, "weight_share": figure(w), "score_share": figure(s)} for name, w, s in factors]
    return scored_premium_paper(
        parse(ScoredPremiumInputs, {"name": "技术风险", "factors": rows} | more), policy_date=DAY
    )


TECHNOLOGY = [("转化", 0.3, 0.4), ("替代", 0.3, 0.8), ("权利", 0.2, 0.2), ("整合", 0.2, 0.5)]


def test_a_scored_premium_by_hand() -> None:
    """0.12 + 0.24 + 0.04 + 0.10 = 0.50 of a stated 6 %, or of the 8 % of practice."""
    assert scored(TECHNOLOGY, maximum_share=figure(0.06)).value("premium_share") == pytest.approx(0.03, abs=1e-15)
    paper = scored(TECHNOLOGY)
    assert paper.value("premium_share") == pytest.approx(0.04, abs=1e-15)
    assert "recalled" in paper.formula_in_words("maximum_share", "en")


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_the_bounds_of_a_scored_premium(score: float) -> None:
    paper = scored([("一", 0.5, score), ("二", 0.5, score)], maximum_share=figure(0.08))
    assert paper.value("premium_share") == pytest.approx(0.08 * score)


def test_what_does_not_add_up_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"factors: found weights that add up to 0\.9, expected"):
        scored([("一", 0.5, 0.1), ("二", 0.4, 0.1)])
    with pytest.raises(InputError, match="factors: found '一' twice"):
        scored([("一", 0.5, 0.1), ("一", 0.5, 0.1)])
    with pytest.raises(InputError, match="premia"):
        build_up(0.03, {})
    rows = [{"name": "市场", "premium_share": figure(0.01)}] * 2
    with pytest.raises(InputError, match="premia: found '市场' twice, expected each name once"):
        build_up_paper(parse(BuildUpInputs, {"riskless_rate_share": figure(0.03), "premia": rows}))
    with pytest.raises(InputError, match=r"premia\.0\.premium_share"):
        build_up(0.03, {"市场": 7.0})


RANGES = sorted({name.rpartition(".")[0] for name in reference_table("discount_practice").parameters if "." in name})


@pytest.mark.parametrize("name", RANGES)
def test_a_range_of_practice_has_a_low_a_high_and_a_status(name: str) -> None:
    low, high = practice_range(name, policy_date=DAY)
    assert 0 < low.value < high.value < 1  # type: ignore[operator]
    assert {low.status, high.status} <= {"read", "recalled"}
    assert low.source.title


def test_the_ranges_are_those_of_the_digest() -> None:
    """Literature at second hand: the ranges as the digest of sources gives them, the guide marked as recalled."""
    stated = {name: tuple(float(end.value) for end in practice_range(name, policy_date=DAY)) for name in RANGES}  # type: ignore[arg-type]
    assert stated == {
        "drug_candidate_rate_share": (0.08, 0.12),
        "venture_return_share.bridge": (0.20, 0.35),
        "venture_return_share.first_stage": (0.40, 0.60),
        "venture_return_share.second_stage": (0.30, 0.50),
        "venture_return_share.start_up": (0.50, 0.70),
    }
    with pytest.raises(UnknownNameError):
        practice_range("film_rate_share", policy_date=DAY)
    with pytest.raises(BeforeFirstStepError):
        practice_range("drug_candidate_rate_share", policy_date=datetime.date(1999, 1, 1))
