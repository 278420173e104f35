"""What a run may be asked: every kind of risk and instrument in the schema, and each bad input by its field."""

from dataclasses import replace
from typing import Any

import pytest

from leverage.instrument import load_instruments
from leverage.risk import load_risks
from leverage.run_request import run_request_model
from tests.leverage.builders import COURSE, TERMS, allocation, figure
from tests.leverage.runs import COMPANIES, LOANS, MODEL, asked, equity, fund, pool, simulated
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse


def test_every_kind_of_risk_and_every_instrument_is_in_the_schema() -> None:
    text = str(MODEL.model_json_schema())
    assert all(f"'{name}'" in text for name in (*load_risks(), *load_instruments()))


def test_a_run_is_a_scenario_with_risks() -> None:
    """The scenario beside the run is that of the same request: the ladder has 6 for the pool."""
    found = simulated(asked(pool())).alternatives[0].ladder.ladder("disbursed")
    assert found is not None
    assert found.rung("finance_to_firms_per_public").multiple == 6


BAD: list[tuple[dict[str, Any], str]] = [
    ({"paths": 1}, "paths"),
    ({"paths": 1_000_001}, "paths"),
    ({"paths": "many"}, "paths"),
    ({"quarters": 1}, "quarters"),
    ({"quarters": 241}, "quarters"),
    ({"seed": -1}, "seed"),
    ({"tail_level_share": 1.0}, "tail_level_share"),
    ({"tail_level_share": 0.0}, "tail_level_share"),
    ({"quantile_shares": []}, "quantile_shares"),
    ({"quantile_shares": [0.5, 0.5]}, "quantile_shares that rise"),
    ({"quantile_shares": [0.9, 0.1]}, "quantile_shares that rise"),
    ({"quantile_shares": [0.5, 1.0]}, "quantile_shares"),
    ({"first_day": "soon"}, "first_day"),
    ({"paths": 1_000_000, "quarters": 240, "alternatives": None}, "of at most 1000000000, not"),
]


@pytest.mark.parametrize(("changes", "text"), BAD, ids=[str(row[0]) for row in BAD])
def test_a_bad_run_is_refused(changes: dict[str, Any], text: str) -> None:
    data = asked(*([pool()] * 5)) | changes
    if changes.get("alternatives", 0) is None:
        data["alternatives"] = asked(*([pool()] * 5))["alternatives"]
    with pytest.raises(InputError, match=text):
        parse(MODEL, data)


BAD_ALLOCATIONS: list[tuple[dict[str, Any], str]] = [
    (pool(risk=None), "risk"),
    (pool(risk={"kind": "luck"}), "risk"),
    (pool(risk=LOANS | {"default_share": figure("2")}), "default_share"),
    (pool(risk=fund()["risk"], course=None), "found fund_growth, which loss_compensation_pool does not know"),
    (equity(course=None), "course: found nothing"),
    (fund(course=COURSE), "course: found a course, expected none"),
    (fund(starts="2025-12-31"), r"fund\.risk\.first_day"),
    (equity(risk=COMPANIES | {"companies": figure("0.5")}), "companies"),
    (pool(risk=LOANS | {"default_share": figure("0.1") | {"source": "nowhere"}}), "a listed source"),
    (pool(course={**COURSE, "quarters": [{"drawn_share": "1"}, {"lost_share": "0.2"}]}), "neither repaid nor lost"),
    (pool(terms=TERMS["loss_compensation_pool"]), "pool_loss_share"),
]


@pytest.mark.parametrize(("row", "text"), BAD_ALLOCATIONS, ids=[text for _, text in BAD_ALLOCATIONS])
def test_a_bad_allocation_is_refused(row: dict[str, Any], text: str) -> None:
    with pytest.raises((InputError, RefusalError), match=text):
        simulated(asked(row))


def test_too_few_paths_in_the_tail_are_refused() -> None:
    with pytest.raises(RefusalError, match=r"of 100 paths beyond 0\.95"):
        simulated(asked(pool(), paths=100))


def test_more_figures_than_fit_in_memory_are_refused() -> None:
    """On each path 4 figures and a flag of each of 13 allocations, 2 years of each of 13 alternatives: 637 bytes."""
    rows = [pool()] * 13
    with pytest.raises(RefusalError, match="paths: found 637000000 bytes of results"):
        simulated(asked(*rows, paths=1_000_000, quarters=8))


def test_more_random_numbers_than_a_run_may_draw_are_refused() -> None:
    """Six alternatives of 1,000 companies each on 200,000 paths."""
    rows = [equity(risk=COMPANIES | {"companies": figure("1000")})] * 6
    with pytest.raises(RefusalError, match="found 200000 paths of 6000 own random numbers"):
        simulated(asked(*rows, paths=200_000))


def test_an_instrument_without_paths_cannot_be_simulated() -> None:
    """It stays in the scenario; a run says so by name."""
    instruments = {name: replace(row, paths=None, grown_paths=None) for name, row in load_instruments().items()}
    model = run_request_model(instruments)
    assert model.model_fields.keys() == MODEL.model_fields.keys()
    with pytest.raises(InputError, match="expected an instrument that can be simulated"):
        simulated(asked(pool()), instruments=instruments)


def test_a_money_line_may_be_used_once_in_an_allocation() -> None:
    twice = allocation("direct_equity", money=[("high_tech_city", "1.00"), ("high_tech_city", "1.00")])
    with pytest.raises(InputError, match="high_tech_city more than once"):
        simulated(asked(twice | {"course": COURSE, "risk": COMPANIES}))
