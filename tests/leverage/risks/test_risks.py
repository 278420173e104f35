"""Kinds of risk: against Vasicek's limiting distribution, binomial and closed-form means, and the tables themselves."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

import leverage.risks
from leverage.company_outcome import outcome_kinds
from leverage.path_money import CourseShares, PathShares
from leverage.risk import OWN_STREAMS, PathFactors, RunSpan, load_risks, uniform_rows
from leverage.risks import loan_losses
from leverage.run_request import run_request_model
from pledge.portfolio.vasicek import LimitingLoss
from tests.leverage.builders import figure
from tests.leverage.runs import COMPANIES, LOANS, fund
from valuation.errors import InputError
from valuation.kernel.fast_random import stream_keys
from valuation.kernel.fields import parse

PATHS, QUARTERS = 20_000, 12
KINDS = load_risks()
TABLE = {
    "kind": "loss_quantiles",
    "table": {
        "probability_shares": [0.0, 0.5, 0.9, 1.0],
        "loss_shares": [0.0, 0.02, 0.1, 0.6],
        "grade": "benchmark",
        "source": "book",
    },
    "correlation_share": figure("0.3"),
}


def factors(seed: int = 3, place: int = 0) -> PathFactors:
    keys = stream_keys(seed, 0, streams=1 + OWN_STREAMS * (place + 1))
    common = ndtri(uniform_rows(keys[0], rows=QUARTERS, stride=PATHS, count=PATHS))
    return PathFactors(common, keys[1 + OWN_STREAMS * place :], PATHS)


def prepared(terms: dict[str, Any]) -> Any:
    kind = KINDS[terms["kind"]]
    span = RunSpan("a", fund_day(), QUARTERS, {0: 1})  # type: ignore[dict-item]
    return kind.prepare(parse(kind.terms_model, terms), span)


def fund_day() -> Any:
    return parse(KINDS["fund_growth"].terms_model, fund()["risk"]).first_day


def drawn(terms: dict[str, Any], **changes: Any) -> PathShares:
    found: PathShares = prepared(copy.deepcopy(terms) | changes).shares(factors())
    return found


def test_the_common_factor_is_standard_normal_whatever_the_quarters() -> None:
    assert kstest(factors().whole, "norm").pvalue > 0.01


def test_very_many_loans_follow_vasicek() -> None:
    """Loss given default 1, ρ = 0.15, p = 0.1."""
    losses = drawn(LOANS, loss_given_default_share=figure("1")).lost
    law = LimitingLoss(0.1, 0.15)
    assert kstest(losses, np.vectorize(law.probability_below)).pvalue > 0.01
    assert drawn(LOANS).lost == pytest.approx(0.6 * losses)
    assert not drawn(LOANS).gain.any()


def test_so_many_loans_are_counted() -> None:
    """Without correlation K/n has mean p and variance p(1 − p)/n; with it the mean stays, and losses are k/n · 0.6."""
    alone = drawn(LOANS, loans=figure("50"), correlation_share=figure("0"), loss_given_default_share=figure("1")).lost
    assert alone.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 50 / PATHS))
    assert alone.var() == pytest.approx(0.09 / 50, rel=0.05)
    joined = drawn(LOANS, loans=figure("50")).lost
    assert joined.mean() == pytest.approx(0.06, abs=4 * joined.std() / np.sqrt(PATHS))
    assert np.abs(joined * 50 / 0.6 - np.round(joined * 50 / 0.6)).max() < 1e-9


def test_fewer_loans_are_riskier() -> None:
    few, many = drawn(LOANS, loans=figure("20")).lost, drawn(LOANS).lost
    assert few.var() > many.var()


def test_certain_default_and_none() -> None:
    assert (drawn(LOANS, default_share=figure("1")).lost == 0.6).all()
    assert (drawn(LOANS, default_share=figure("0"), loans=figure("7")).lost == 0).all()


def test_losses_follow_the_table_whatever_the_correlation() -> None:
    for correlation in ("0", "0.3", "0.9"):
        losses = drawn(TABLE, correlation_share=figure(correlation)).lost
        assert kstest(losses, lambda x: np.interp(x, [0.0, 0.02, 0.1, 0.6], [0.0, 0.5, 0.9, 1.0])).pvalue > 0.01
    # 0.5 · 0.01 + 0.4 · 0.06 + 0.1 · 0.35
    assert drawn(TABLE).lost.mean() == pytest.approx(0.064, rel=0.03)


def test_bad_times_are_bad_for_all_kinds() -> None:
    """The correlation of the loss with the common factor is below zero, and none without correlation."""
    common = factors().whole
    for terms in (LOANS, TABLE, COMPANIES):
        assert np.corrcoef(common, drawn(terms).lost)[0, 1] < -0.3
    apart = drawn(TABLE, correlation_share=figure("0")).lost
    assert abs(np.corrcoef(common, apart)[0, 1]) < 0.03


def test_companies_pay_back_what_their_law_says() -> None:
    """Mean 1 − lost + gain is the law's; with one company lost > 0 as often as the law loses."""
    law = outcome_kinds()["lognormal"]
    terms = parse(law.terms_model, COMPANIES["law"]["terms"])  # type: ignore[index]
    shares = drawn(COMPANIES)
    multiple = 1 - shares.lost + shares.gain
    assert multiple.mean() == pytest.approx(law.mean(terms), abs=4 * multiple.std() / np.sqrt(PATHS))
    one = drawn(COMPANIES, companies=figure("1"))
    expected = law.loss_probability_share(terms)
    assert (one.lost > 0).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / PATHS))
    assert not ((one.lost > 0) & (one.gain > 0)).any()


def test_many_companies_are_steadier() -> None:
    few = drawn(COMPANIES, companies=figure("2"))
    many = drawn(COMPANIES, companies=figure("100"))
    assert (1 - many.lost + many.gain).std() < (1 - few.lost + few.gain).std()


@pytest.mark.parametrize(("ends_in", "is_doubted"), [(4, False), (12, True)])
def test_a_course_that_holds_longer_than_the_law_is_named(ends_in: int, is_doubted: bool) -> None:
    """The law is of one year, that is four quarters; twelve are two years more."""
    rows = np.eye(20)
    course = CourseShares(rows[0], rows[ends_in] * 0.5, rows[ends_in] * 0.5, rows[ends_in], rows[0], ends_in)
    kind = KINDS["company_outcomes"]
    assert kind.doubts is not None
    found = kind.doubts(parse(kind.terms_model, COMPANIES), course)
    assert [row.code for row in found] == ["years_held_differ"] * is_doubted


@pytest.mark.parametrize("terms", [LOANS, TABLE, COMPANIES, fund()["risk"]], ids=lambda terms: terms["kind"])
def test_what_is_prepared_can_be_sent_to_another_process(terms: dict[str, Any]) -> None:
    sent = pickle.loads(pickle.dumps(prepared(terms)))
    if terms["kind"] != "fund_growth":
        assert np.array_equal(sent.shares(factors()).lost, drawn(terms).lost)
    else:
        assert sent == prepared(terms)


def test_a_file_dropped_in_is_a_kind_of_risk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path(loan_losses.__file__).read_text(encoding="utf-8").replace("loan_losses", "dropped_losses")
    (tmp_path / "dropped_losses.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(leverage.risks, "__path__", [*leverage.risks.__path__, str(tmp_path)])
    assert "dropped_losses" in load_risks()
    assert "dropped_losses" in str(run_request_model().model_json_schema())


def test_every_kind_is_tested_here() -> None:
    assert set(KINDS) == {"loan_losses", "loss_quantiles", "company_outcomes", "fund_growth"}


def changed(terms: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(terms)
    place = made
    *groups, last = path.split(".")
    for name in groups:
        place = place[name]
    place[last] = value
    return made


@pytest.mark.parametrize(
    ("terms", "path", "value", "text"),
    [
        (LOANS, "default_share", figure("1.2"), "between 0 and 1"),
        (LOANS, "default_share", figure("-0.1"), "between 0 and 1"),
        (LOANS, "correlation_share", figure("1"), "a correlation below 1"),
        (LOANS, "loans", figure("2.5"), "a whole number from 1"),
        (LOANS, "loans", figure("0"), "a whole number from 1"),
        (LOANS, "default_share", {"value": "0.1", "grade": "benchmark"}, "a source"),
        (LOANS, "default_share", 0.1, "default_share"),
        (LOANS, "loss_given_default_share", None, "loss_given_default_share"),
        (TABLE, "table.loss_shares", [0.0, 0.2, 0.1, 0.6], "do not fall"),
        (TABLE, "table.probability_shares", [0.0, 0.9, 0.5, 1.0], "that rise"),
        (TABLE, "table.probability_shares", [0.0, 0.5, 0.9, 0.95], "from 0 to 1"),
        (TABLE, "table.loss_shares", [0.0, 0.1, 0.6], "one loss_share for each"),
        (TABLE, "table.loss_shares", [0.0, 0.1, 0.6, 1.2], "loss_shares"),
        (TABLE, "table.source", None, "a source"),
        (COMPANIES, "companies", figure("1001"), "a whole number from 1 to 1000"),
        (COMPANIES, "law.id", "weibull", "law"),
        (COMPANIES, "law.terms", {"log_mean_share": 0.1}, "log_volatility_share"),
        (COMPANIES, "years_held", figure("0"), "above 0"),
        (fund()["risk"], "pattern.life_years", 0, "life_years"),
        (fund()["risk"], "pattern.last_contribution_year", 9, "within the life of 2 years"),
        (fund()["risk"], "waterfall.catch_up_share", 0.1, "above the carry_share"),
        (fund()["risk"], "fees.steps", [{"from_year": 1, "rate_share": -0.1, "base": "called"}], "rate_share"),
        (fund()["risk"], "fees.steps", [{"from_year": 1, "rate_share": 0.1, "base": "invested"}], "fees on committed"),
        (fund()["risk"], "deviation_share", {"value": 9.0, "grade": "assumed", "reason": "a test"}, "between 0 and 2"),
    ],
)
def test_bad_statements_are_refused_by_name(terms: dict[str, Any], path: str, value: Any, text: str) -> None:
    made = changed(terms, path, value)
    if value is None and path != "table.source":
        del made[path]
    with pytest.raises(InputError, match=text):
        parse(KINDS[terms["kind"]].terms_model, made)
