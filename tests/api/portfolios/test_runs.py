"""A run over HTTP: losses by party, the pool, contributions, layers, stresses on the same random numbers, the check.

Checked against: the simulation called by hand on a book built by hand (second way), sums by hand, the workbook's
cells against the answer, the same question asked of a shuffled and of a re-sent book (properties).
"""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import openpyxl
import pytest

from api.openapi import packaged_example
from api.portfolios.documents import losses_document, not_sampled, stress_document
from api.portfolios.schemas import PortfolioRun
from pledge.portfolio.book_losses import BookLosses
from pledge.portfolio.importance import find_shift
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sector_factors import SectorFactors
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import SimulationPlan, Stress
from tests.api.conftest import Client
from tests.api.portfolios.books import BOOKS, SHARES, ask, loans, question, stored_book
from tests.pledge.portfolio.samples import mixed_book, pool
from valuation.errors import RefusalError

MATRIX = {"names": ["wine", "biotech", "software"], "correlation": [[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]]}
STRESSES = [
    {"name": "pd_doubled", "pd_factor": 2},
    {"name": "slump", "factor_shift": {"software": -2.0}, "value_factor": 0.7},
    {"name": "nothing"},
]
LAYERS = ["0.00", "500000.00", "10000000.00"]


@pytest.fixture(scope="module")
def book(shared_client: Client) -> str:
    return stored_book(shared_client)


@pytest.fixture(scope="module")
def full(shared_client: Client, book: str) -> dict[str, Any]:
    """A run with everything in it."""
    asked = question(
        sectors=MATRIX, stresses=STRESSES, plan={"scenarios": 4000, "tranche_bounds_cny": LAYERS, "top_loans": 2}
    )
    response = ask(shared_client, f"{BOOKS}/{book}/runs", asked)
    assert response.status_code == 201, response.text
    PortfolioRun.model_validate(response.json())
    found: dict[str, Any] = response.json()
    return found


def book_by_hand() -> LoanBook:
    """The same loans without the interface: sectors in the order of their names."""
    rows = loans()
    sectors = SectorFactors(("biotech", "software"), np.array([[1, 0.3], [0.3, 1]]))
    columns: dict[str, Any] = {
        name: [float(row[name]) for row in rows] for name in rows[0] if name not in ("loan_id", "sector")
    }
    return LoanBook.of_columns(
        sectors, sector=[row["sector"] for row in rows], loan_ids=[row["loan_id"] for row in rows], **columns
    )


def test_the_answer_is_that_of_the_simulation(full: dict[str, Any]) -> None:
    """Second way: the domain called by hand, with the part of the matrix that the book needs."""
    plan = SimulationPlan(seed=7, scenarios=4000, block=4096)
    rule = SharingRule(pool_balance_cny=3e6, shares={name: Decimal(share) for name, share in SHARES.items()})
    answer = full["answer"]
    runs = {"base": (answer, Stress(name="base"))}
    runs["slump"] = (answer["stresses"][1], Stress(name="slump", factor_shift={"software": -2.0}, value_factor=0.7))
    for told, stress in runs.values():
        found = simulate_book(book_by_hand(), rule, plan, stress=stress)
        for party, losses in told["losses"].items():
            assert losses["expected_loss"]["value"] == f"{found.mean(party).value:.2f}"
            tail = found.expected_shortfall(0.95, party)
            assert losses["expected_shortfall"]["low"] == f"{tail.low:.2f}"
        exhausted = found.pool_exhaustion()
        assert told["pool"]["exhaustion_probability_share"]["value"] == exhausted.probability.value
        assert [each["probability_share"] for each in told["pool"]["exhaustion_by_period"]] == list(exhausted.by_period)


def test_parties_bear_the_whole_loss(full: dict[str, Any]) -> None:
    losses = {party: float(each["expected_loss"]["value"]) for party, each in full["answer"]["losses"].items()}
    assert losses.pop("total") == pytest.approx(sum(losses.values()), abs=0.05)
    assert set(losses) == set(SHARES)


def test_contributions_and_layers_add_up(full: dict[str, Any]) -> None:
    """To the shortfall of the party; layers from nothing to the whole book to the expected loss."""
    told = full["answer"]["contributions"]
    parts = sum(float(each["cny"]) for each in told["loans"]) + float(told["others_cny"])
    assert parts == pytest.approx(float(told["shortfall_cny"]), abs=0.05)
    losses = full["answer"]["losses"]["total"]
    assert float(told["shortfall_cny"]) == pytest.approx(float(losses["expected_shortfall"]["value"]), rel=1e-9)
    assert [each["cny"] for each in told["loans"]] == sorted((each["cny"] for each in told["loans"]), key=float)[::-1]
    layers = sum(float(each["expected_loss"]["value"]) for each in full["answer"]["tranches"])
    assert layers == pytest.approx(float(losses["expected_loss"]["value"]), abs=0.05)


def test_a_stress_of_nothing_changes_nothing(full: dict[str, Any]) -> None:
    """The same random numbers: not almost the same losses, but the same."""
    nothing, answer = full["answer"]["stresses"][2], full["answer"]
    assert nothing["losses"] == answer["losses"]
    assert nothing["pool"] == answer["pool"]
    assert {each["value"] for each in nothing["more_than_base"].values()} == {"0.00"}


def test_the_difference_of_a_stress_is_surer_than_its_ends(full: dict[str, Any]) -> None:
    """Common random numbers: the error of the difference is below that of two runs apart."""
    doubled, base = full["answer"]["stresses"][0], full["answer"]
    more = doubled["more_than_base"]["total"]
    ends = [float(each["losses"]["total"]["expected_loss"]["standard_error"]) for each in (doubled, base)]
    assert 0 < float(more["standard_error"]) < (ends[0] ** 2 + ends[1] ** 2) ** 0.5
    assert float(more["value"]) > 0


def test_the_check_stands_beside_the_simulation(full: dict[str, Any]) -> None:
    """Hand: over a year six borrowers of PD 5 % give 0.3 defaults."""
    check = full["answer"]["check"]
    assert check["expected_defaults"]["exact"] == pytest.approx(0.3, rel=1e-12)
    assert check["expected_defaults"]["agrees"]
    assert check["expected_loss"]["agrees"]
    assert check["quantile_of_defaults"] is None, "two factors: no exact law"


def test_one_factor_has_an_exact_quantile_of_defaults(shared_client: Client) -> None:
    one = stored_book(shared_client, [row | {"sector": "all"} for row in loans()])
    check = ask(shared_client, f"{BOOKS}/{one}/runs", question()).json()["answer"]["check"]
    quantile = check["quantile_of_defaults"]
    assert quantile["simulated"]["low"] <= quantile["exact"] <= quantile["simulated"]["high"]
    assert 0 < check["limit_of_a_large_even_book"]["default_share_quantile"] < 1


def test_the_workbook_holds_the_answer_and_every_loan(shared_client: Client, full: dict[str, Any]) -> None:
    response = shared_client.get(full["links"]["worksheet"])
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["各方损失", "资金池", "分层", "逐笔贡献"]
    rows = [[cell.value for cell in row] for row in book["各方损失"].iter_rows(min_row=2)]
    assert len(rows) == 4 * 5 * 3, "runs, parties, measures"
    assert rows[0][:3] == ["基准 base", "合计 total", "预期损失 Expected loss"]
    assert rows[0][3] == float(full["answer"]["losses"]["total"]["expected_loss"]["value"])
    pool = [[cell.value for cell in row] for row in book["资金池"].iter_rows(min_row=2)]
    mine = [row for row in pool if row[0] == "slump"]
    assert sum(row[2] for row in mine[:-1]) == pytest.approx(mine[-1][2], abs=1e-12)
    assert mine[-1][2] == full["answer"]["stresses"][1]["pool"]["exhaustion_probability_share"]["value"]
    *parts, whole = [[cell.value for cell in row] for row in book["逐笔贡献"].iter_rows(min_row=2)]
    assert {name for name, _ in parts} == {row["loan_id"] for row in loans()}
    assert sum(cny for _, cny in parts) == pytest.approx(whole[1], rel=1e-12)


def policy_question(**rule: Any) -> dict[str, Any]:
    named = {"shares": None, "policy": "zhongshan_risk_pool_2021", "policy_date": "2021-12-31"}
    return question(rule=named | rule)


def test_a_policy_brings_its_values_sources_and_doubts(shared_client: Client, book: str) -> None:
    answer = ask(shared_client, f"{BOOKS}/{book}/runs", policy_question()).json()["answer"]
    assert answer["rule"]["policy"]["id"] == "zhongshan_risk_pool_2021"
    assert answer["rule"]["shares"] == SHARES
    assert {each["name"]: each["status"] for each in answer["rules_used"]} == {
        f"loss_share.{party}": "read" for party in SHARES
    }
    assert [each["id"] for each in answer["sources"]] == ["notice_2021"]
    codes = [each["code"] for each in answer["warnings"]]
    assert codes == ["stated_by_caller", "policy_is_silent", "policy_is_silent"]


def test_the_shares_of_a_policy_are_those_stated(shared_client: Client, book: str) -> None:
    """Second way: the same shares without the policy give the same losses, under another warning and digest."""
    named, stated = (
        ask(shared_client, f"{BOOKS}/{book}/runs", asked).json() for asked in (policy_question(), question())
    )
    assert named["answer"]["losses"] == stated["answer"]["losses"]
    assert named["digest"] != stated["digest"]
    assert "rule_is_supposed" in [each["code"] for each in stated["answer"]["warnings"]]
    assert stated["answer"]["sources"] == []


def test_a_supposed_value_is_named_and_enters_the_digest(shared_client: Client, book: str) -> None:
    supposed = {"loss_share.pool": {"value": "0.44", "reason": "a draft"}}
    supposed |= {"loss_share.bank": {"value": "0.36", "reason": "a draft"}}
    supposed |= {"pool_size_cny": {"value": "1", "reason": "a draft"}}
    plain = ask(shared_client, f"{BOOKS}/{book}/runs", policy_question()).json()
    found = ask(shared_client, f"{BOOKS}/{book}/runs", policy_question(what_if=supposed)).json()
    assert found["digest"] != plain["digest"]
    codes = [each["code"] for each in found["answer"]["warnings"]]
    assert codes.count("hypothesis_value") == 2
    assert codes.count("hypothesis_not_used") == 1
    assert float(found["answer"]["losses"]["bank"]["expected_loss"]["value"]) > float(
        plain["answer"]["losses"]["bank"]["expected_loss"]["value"]
    )


def test_the_digest_covers_inputs_only(shared_client: Client, book: str) -> None:
    """The same loans stored again, asked the same: another id, the same digest; another seed, another digest."""
    other = stored_book(shared_client)
    first, second, third = (
        ask(shared_client, f"{BOOKS}/{each}/runs", asked).json()
        for each, asked in ((book, question()), (other, question()), (book, question(plan={"seed": 8})))
    )
    assert first["answer"]["portfolio"] != second["answer"]["portfolio"]
    assert first["digest"] == second["digest"] != third["digest"]
    assert first["answer"]["losses"] == second["answer"]["losses"] != third["answer"]["losses"]


def test_importance_sampling_tells_the_same(shared_client: Client, book: str) -> None:
    """Within four standard errors of the exact expected loss; the tail agrees with plain simulation."""
    plain, shifted = (
        ask(
            shared_client,
            f"{BOOKS}/{book}/runs",
            question(plan={"scenarios": 20_000, "confidence": 0.99, "importance_sampling": is_shifted}),
        ).json()["answer"]
        for is_shifted in (False, True)
    )
    assert shifted["check"]["expected_loss"]["agrees"]
    ends = [each["losses"]["total"]["expected_shortfall"] for each in (plain, shifted)]
    apart = abs(float(ends[0]["value"]) - float(ends[1]["value"]))
    assert apart < 4 * sum(float(each["standard_error"]) ** 2 for each in ends) ** 0.5


def test_a_tail_that_was_not_looked_at_is_not_told() -> None:
    """Hand: the total's worst hundredth lies in 100 light draws; the pool's in a single heavy one."""
    weights = np.concatenate((np.full(100, 0.1), np.full(899, 1.0), np.full(1, 91.0)))
    total = np.arange(1000.0, 0.0, -1.0)
    pool = np.where(weights > 90, 0.9, 0.7)
    found = BookLosses(
        total_cny=total,
        by_party={"pool": pool, "bank": total - pool},
        defaults=np.ones(1000),
        exhausted=np.zeros(1000, dtype=np.int16),
        weights=weights,
        exposure_cny=1e4,
        periods_in_all=1,
        pool_payments_cny=None,
    )
    told = losses_document(found, 0.99, tail_party="total")
    assert told["pool"]["value_at_risk"] is told["pool"]["expected_shortfall"] is None
    # (909 · 0.7 + 91 · 0.9) / 1000 = 0.7182
    assert told["pool"]["expected_loss"]["value"] == "0.72"
    assert told["total"]["value_at_risk"]["value"] == "900.00"
    (warning,) = not_sampled({"base": told})
    assert (warning.code, "base: pool;" in warning.label.en) == ("tail_not_sampled", True)
    with pytest.raises(RefusalError, match="fewer than 10"):
        losses_document(found, 0.99, tail_party="pool")


@pytest.mark.parametrize(
    "stress", [Stress(name="pd", pd_factor=2.0), Stress(name="value", value_factor=0.6)], ids=lambda each: each.name
)
def test_a_stress_under_importance_sampling_is_that_of_plain_simulation(stress: Stress) -> None:
    """Second way: the same difference plainly drawn. Weights of the base alone would tell a third less."""
    book, rule, plan = mixed_book(), pool(), SimulationPlan(seed=5, scenarios=12_000)
    shift = find_shift(book, rule, plan, confidence=0.99, engine="numpy", pilot_scenarios=2_000)
    found = []
    for each in (plan, replace(plan, shift=shift)):
        base = simulate_book(book, rule, each, engine="numpy")
        worse = simulate_book(book, rule, each, stress=stress, engine="numpy")
        found.append(stress_document(stress, worse, base, each, 0.9)["more_than_base"]["total"])
    plain, shifted = ([float(each[name]) for name in ("value", "standard_error")] for each in found)
    assert abs(plain[0] - shifted[0]) < 3.5 * np.hypot(plain[1], shifted[1])


def test_the_tail_of_one_party(shared_client: Client, book: str) -> None:
    answer = ask(shared_client, f"{BOOKS}/{book}/runs", question(plan={"tail_party": "insurer"})).json()["answer"]
    told = answer["contributions"]
    shortfall = answer["losses"]["insurer"]["expected_shortfall"]["value"]
    assert (told["party"], told["shortfall_cny"]) == ("insurer", shortfall)


def test_a_run_is_read_again_and_answered_once(shared_client: Client, book: str) -> None:
    first = shared_client.ask(f"{BOOKS}/{book}/runs", question(), key="once")
    before = shared_client.rows()
    again = shared_client.ask(f"{BOOKS}/{book}/runs", question(), key="once")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert shared_client.rows() == before
    read = shared_client.get(first.headers["location"])
    assert (read.json(), read.headers["etag"]) == (first.json(), first.headers["etag"])
    assert first.headers["location"].startswith("/v1/portfolio-runs/prn_")
    other = shared_client.ask(f"{BOOKS}/{book}/runs", question(plan={"seed": 8}), key="once")
    assert other.json()["type"] == "urn:ipfin:problem:idempotency-key-reused"


def test_too_few_scenarios_for_the_tail_are_refused(shared_client: Client, book: str) -> None:
    before = shared_client.rows()
    response = ask(shared_client, f"{BOOKS}/{book}/runs", question(plan={"scenarios": 100}))
    assert (response.status_code, response.json()["type"]) == (422, "urn:ipfin:problem:refused")
    assert shared_client.rows() == before


def test_runs_at_the_same_time_are_all_stored(shared_client: Client, book: str) -> None:
    """Reading the book must not hold the database while another run writes."""

    def run(seed: int) -> int:
        status: int = ask(shared_client, f"{BOOKS}/{book}/runs", question(plan={"seed": seed})).status_code
        return status

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(run, range(100, 108))) == [201] * 8


def test_the_packaged_examples_are_answered(shared_client: Client) -> None:
    stored = ask(shared_client, BOOKS, packaged_example("portfolios"))
    assert stored.status_code == 201, stored.text
    asked = packaged_example("portfolios", "run_example.json")
    run = ask(shared_client, f"{stored.headers['location']}/runs", asked)
    assert run.status_code == 201, run.text
    assert [each["name"] for each in run.json()["answer"]["stresses"]] == ["pd_doubled", "software_slump"]


def test_another_caller_does_not_read_a_run(make_client: Any) -> None:
    keys = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("north", "south")}
    client = make_client(api_keys=keys)
    north, south = ({"Authorization": f"Bearer {name}"} for name in keys)
    stored = ask(client, BOOKS, {"loans": loans()}, **north)
    run = ask(client, f"{stored.headers['location']}/runs", question(), **north)
    for form in (run.headers["location"], run.json()["links"]["worksheet"]):
        assert client.get(form, headers=north).status_code == 200
        assert client.get(form, headers=south).status_code == 404
