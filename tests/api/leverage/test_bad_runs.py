"""Bad input of public money: field, found and expected are named, and nothing is stored.

Every case changes one thing in a question that is answered: scenarios, runs, comparisons, frontiers and waterfalls over
HTTP; a few of them again from a file, where the exit code is 2 and no answer is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import main
from api.leverage.runs import MAXIMUM_STEPS_OVER_HTTP
from tests.api.conftest import Client
from tests.api.requests import DELETED, EXAMPLES, changed, example
from tests.leverage.builders import figure
from tests.leverage.runs import asked, equity, fund, pool
from tests.leverage.test_run_frontier import side_by_side

SCENARIOS, RUNS, COMPARE, FRONTIER, WATERFALLS = (
    f"/v1/leverage/{name}" for name in ("scenarios", "runs", "compare", "frontier", "waterfalls")
)
BASES: dict[str, Any] = {
    SCENARIOS: example("leverage_haikou_high_tech"),
    RUNS: asked(pool(), equity(), fund()),
    COMPARE: {"run": asked(pool(), equity())},
    FRONTIER: {"run": side_by_side(), "tail_loss_shares": [0.3, 0.6]},
    WATERFALLS: example("leverage_waterfall"),
}
_POOL, _EQUITY, _FUND = (f"alternatives.{place}.allocations.0" for place in range(3))
NAN = float("nan")

# address, path to change, value, field, part of found, part of expected
CASES: dict[str, tuple[str, str, Any, str, str, str]] = {
    # --- scenarios ---
    "unknown programme": (SCENARIOS, "programme", "atlantis", "programme", "atlantis", "haikou_2021"),
    "no money": (SCENARIOS, "programme", DELETED, "programme", "nothing", "own money lines"),
    "no alternative": (SCENARIOS, "alternatives", [], "alternatives", "", "at least"),
    "unknown line": (SCENARIOS, f"{_POOL}.money.0.line", "treasure", "line", "treasure", "high_tech_central"),
    "more money than the line holds": (SCENARIOS, f"{_POOL}.money.0.amount", "990000000.00", "", "990000000.00", ""),
    "money as a float": (SCENARIOS, f"{_POOL}.money.0.amount", 1.5, f"{_POOL}.money.0.amount", "1.5", "as text"),
    "unknown policy": (SCENARIOS, f"{_POOL}.policies", ["no_such_city"], "polic", "no_such_city", "haikou"),
    "displacement above 100 %": (SCENARIOS, f"{_POOL}.displacement", figure("1.2"), "displacement", "1.2", "0 and 1"),
    "policy before its first step": (SCENARIOS, "dates.policy_date", "1999-01-01", "", "1999-01-01", ""),
    # --- runs ---
    "a thousand million paths": (RUNS, "paths", 10**9, "paths", "1000000000", "1000000"),
    "no paths": (RUNS, "paths", DELETED, "paths", "nothing", "a value"),
    "one path": (RUNS, "paths", 1, "paths", "1", "2"),
    "paths as text": (RUNS, "paths", "400", "paths", "400", "integer"),
    "half a path": (RUNS, "paths", 400.5, "paths", "400.5", "integer"),
    "negative seed": (RUNS, "seed", -1, "seed", "-1", "0"),
    "seed beyond all": (RUNS, "seed", 2**64, "seed", "18446744073709551616", ""),
    "no seed": (RUNS, "seed", DELETED, "seed", "nothing", "a value"),
    "no quarter": (RUNS, "quarters", 0, "quarters", "0", "2"),
    "a thousand quarters": (RUNS, "quarters", 1000, "quarters", "1000", "240"),
    "tail level in per cent": (RUNS, "tail_level_share", 95, "tail_level_share", "95", "less than 1"),
    "tail level that is no number": (RUNS, "tail_level_share", NAN, "tail_level_share", "NaN", "finite"),
    "quantile of 100 %": (RUNS, "quantile_shares", [0.5, 1.0], "quantile_shares.1", "1", "less than 1"),
    "quantiles that fall": (RUNS, "quantile_shares", [0.9, 0.1], "", "", "quantile_shares that rise"),
    "no such first day": (RUNS, "first_day", "2026-02-30", "first_day", "2026-02-30", "a date"),
    "no risk": (RUNS, f"{_POOL}.risk", DELETED, f"{_POOL}.risk", "nothing", ""),
    "unknown kind of risk": (RUNS, f"{_POOL}.risk.kind", "weather", f"{_POOL}.risk.kind", "weather", "loan_losses"),
    "default share above 100 %": (
        RUNS,
        f"{_POOL}.risk.default_share",
        figure("1.1"),
        "default_share",
        "1.1",
        "0 and 1",
    ),
    "negative loss": (RUNS, f"{_POOL}.risk.loss_given_default_share", figure("-0.1"), "loss_given", "-0.1", "0 and 1"),
    "correlation of one": (RUNS, f"{_POOL}.risk.correlation_share", figure("1"), "correlation", "1", "below 1"),
    "no company": (RUNS, f"{_EQUITY}.risk.companies", figure("0"), "companies", "0", "whole number"),
    "no volatility": (RUNS, f"{_EQUITY}.risk.law.terms.log_volatility_share", -0.6, "log_volatility", "-0.6", ""),
    "volatility that is no number": (RUNS, f"{_EQUITY}.risk.law.terms.log_volatility_share", NAN, "log_vol", "NaN", ""),
    "no course": (RUNS, f"{_POOL}.course", None, "course", "nothing", "a course"),
    "draws above 100 %": (RUNS, f"{_POOL}.course.quarters.0.drawn_share", "1.2", "course", "1.2", "1"),
    "negative draw": (RUNS, f"{_POOL}.course.quarters.0.drawn_share", "-0.1", "course", "-0.1", "0"),
    "pool loss without a share": (
        RUNS,
        f"{_POOL}.terms.pool_loss_share",
        DELETED,
        "pool_loss_share",
        "nothing",
        "the share of a loss",
    ),
    "pool loss above 100 %": (
        RUNS,
        f"{_POOL}.terms.pool_loss_share",
        figure("1.5"),
        "pool_loss_share",
        "1.5",
        "0 and 1",
    ),
    "negative fee": (RUNS, f"{_FUND}.terms.lifetime_fee_share", figure("-0.02"), "lifetime_fee", "-0.02", "0 and 1"),
    "negative yearly fee": (RUNS, f"{_FUND}.risk.fees.steps.0.rate_share", -0.02, "rate_share", "-0.02", ""),
    "partners above 100 %": (
        RUNS,
        f"{_FUND}.terms.partner_mix.0.share_of_rest",
        figure("0.9"),
        "terms",
        "",
        "adding up to 1",
    ),
    "life shorter than the calls": (
        RUNS,
        f"{_FUND}.risk.pattern.last_contribution_year",
        3,
        "risk",
        "",
        "within the life",
    ),
    "growth of no number": (RUNS, f"{_FUND}.risk.growth_share.value", NAN, "growth_share", "NaN", "finite"),
    "unknown instrument": (RUNS, f"{_POOL}.instrument", "lottery", f"{_POOL}.instrument", "lottery", "'fund'"),
    "unknown field": (RUNS, "luck", 7, "luck", "unknown field", "documented"),
    # --- comparisons and frontiers ---
    "nothing to compare with": (COMPARE, "run", asked(pool()), "run.alternatives", "one", "two or more"),
    "unknown reference": (COMPARE, "against", "way_9", "against", "way_9", "way_1"),
    "other seed": (COMPARE, "other", asked(pool(), seed=12), "other.seed", "12", "11"),
    "limits that fall": (FRONTIER, "tail_loss_shares", [0.6, 0.3], "tail_loss_shares", "0.6", "rising"),
    "limit above 100 %": (FRONTIER, "tail_loss_shares", [30], "tail_loss_shares.0", "30", "less than or equal to 1"),
    "no limit": (FRONTIER, "tail_loss_shares", [], "tail_loss_shares", "", "at least"),
    "unknown alternative": (FRONTIER, "alternative", "way_9", "alternative", "way_9", "both"),
    "cap on nobody": (FRONTIER, "largest_shares", {"lottery": 0.5}, "largest_shares", "lottery", "direct_equity"),
    "negative cap": (FRONTIER, "largest_shares", {"direct_equity": -0.5}, "largest_shares", "-0.5", "greater"),
    "probability above 100 %": (
        FRONTIER,
        "limits",
        {"loss_probability_share": 5},
        "loss_probability",
        "5",
        "less than",
    ),
    "confidence of a coin": (FRONTIER, "limits", {"confidence_share": 0.5}, "confidence", "0.5", "greater than 0.5"),
    "tolerance below zero": (FRONTIER, "tolerance_share", "-0.1", "tolerance_share", "-0.1", ""),
    "tail that no allocation keeps": (FRONTIER, "tail_loss_shares", [0.0], "tail_loss_share", "0", "at least"),
    # --- waterfalls ---
    "life shorter than the investment period": (WATERFALLS, "term.ends_on", "2022-06-30", "term", "", "not shorter"),
    "two managers": (WATERFALLS, "partners.0.role", "manager", "partners", "managers", "exactly one"),
    "carry of 100 %": (WATERFALLS, "tiers.3.carry_share", "1", "carry_share", "1", "less than 1"),
    "negative call": (WATERFALLS, "flows.0.called", "-1.00", "flows.0.called", "-1.00", "zero or more"),
    "more called than committed": (WATERFALLS, "flows.0.called", "99999999999.00", "flows.called", "", "committed"),
    "unknown tier": (WATERFALLS, "tiers.0.kind", "gift", "tiers.0.kind", "gift", "return_of_capital"),
}


@pytest.fixture(autouse=True)
def _nothing_is_stored(shared_client: Client) -> Iterator[None]:
    yield
    assert shared_client.rows() == (0, 0)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_names_field_found_and_expected(shared_client: Client, case: tuple[Any, ...]) -> None:
    address, path, value, field, found, expected = case
    document = BASES[address]
    body = changed(document, path, value)
    headers = {"Idempotency-Key": "k-1", "Content-Type": "application/json"}
    response = shared_client.post(address, content=json.dumps(body), headers=headers)
    assert response.status_code == 422, response.text
    problems = response.json()["problems"]
    told = [(row["field"], row["found"], row["expected"]) for row in problems] or [("", response.json()["detail"], "")]
    assert any(field in row[0] and found in row[1] and expected in row[2] for row in told), response.json()


def test_work_beyond_one_request_is_refused_by_its_limit(shared_client: Client) -> None:
    """A million paths of 240 quarters fit a run's own limits, and no request."""
    body = {**BASES[RUNS], "paths": 1_000_000, "quarters": 240}
    response = shared_client.ask(RUNS, body)
    (problem,) = response.json()["problems"]
    assert (response.status_code, problem["field"]) == (422, "paths")
    assert str(MAXIMUM_STEPS_OVER_HTTP) in problem["expected"]


FILES = {
    "paths": ("paths = 10000", "paths = 1000000000", "1000000000"),
    "seed": ("seed = 20260331", "seed = -1", "-1"),
    "level": ("tail_level_share = 0.95", "tail_level_share = nan", "tail_level_share"),
    "kind": ('kind = "loan_losses"', 'kind = "weather"', "weather"),
    "day": ("first_day = 2026-03-31", 'first_day = "soon"', "soon"),
    "fee": ('lifetime_fee_share = { value = "0.18"', 'lifetime_fee_share = { value = "-0.18"', "-0.18"),
    "programme": ('programme = "haikou_2021"', 'programme = "atlantis"', "atlantis"),
    "torn": ("[dates]", "[dates", "line"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_ends_with_code_2(tmp_path: Path, name: str) -> None:
    before, after, told = FILES[name]
    text = (EXAMPLES / "leverage_run_longhua.toml").read_text("utf-8")
    assert before in text
    file = tmp_path / "run.toml"
    file.write_text(text.replace(before, after, 1), "utf-8")
    out = tmp_path / "run.xlsx"
    done = CliRunner().invoke(main, ["leverage-run", str(file), "--xlsx", str(out)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert not out.exists()
