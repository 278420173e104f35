"""How a scenario is asked: what the schema shows, what is refused, and that a new file is a new instrument."""

from pathlib import Path
from typing import Any

import pytest

import leverage.instruments
from leverage.instrument import load_instruments
from leverage.scenario import request_model
from tests.leverage.builders import allocation, figure, multiples, request, run
from valuation.errors import InputError
from valuation.kernel.fields import parse

DUMMY = '''
"""A grant: the money reaches firms and that is all."""
from dataclasses import replace
from leverage.contribution import Contribution
from leverage.instrument import Instrument, Outcome
from leverage.terms import ShareExact
from leverage.limits import share_of
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

class GrantTerms(FrozenModel):
    paid_share: ShareExact

def contributions(terms, placement):
    rows = placement.paid_in("disbursed")
    out = Contribution(
        amount_fen=share_of(placement.money_fen, terms.paid_share.value), stage="disbursed", layer="firm",
        form="equity", instrument=placement.instrument, allocation=placement.allocation, payer=placement.allocation,
    )
    return Outcome((*rows, out))

INSTRUMENT = Instrument(
    id="dummy_grant", label=Label("试用补助", "dummy grant"), question=Label("问？", "Q?"), terms_model=GrantTerms,
    contributions=contributions, principal_loss=Label("全部", "all of it"),
)
'''


@pytest.fixture
def dummy_instrument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Drop a file beside the shipped instruments, as a plug-in folder would."""
    (tmp_path / "dummy_grant.py").write_text(DUMMY, encoding="utf-8")
    monkeypatch.setattr(leverage.instruments, "__path__", [*leverage.instruments.__path__, str(tmp_path)])
    return "dummy_grant"


def test_the_schema_tells_instruments_apart_by_name() -> None:
    schema = request_model().model_json_schema()
    union = schema["$defs"]["LeverageAlternative"]["properties"]["allocations"]["items"]
    assert set(union["discriminator"]["mapping"]) == set(load_instruments())
    assert schema["properties"]["alternatives"]["minItems"] == 1


def test_a_file_dropped_in_is_an_instrument(dummy_instrument: str) -> None:
    schema = request_model().model_json_schema()
    assert "DummyGrantAllocation" in schema["$defs"]
    use = {**allocation("fund"), "instrument": dummy_instrument, "terms": {"paid_share": figure("0.5")}}
    answer = run(request(use))
    assert multiples(answer)["finance_to_firms_per_public"] * 2 == 1
    assert "all of it" in answer.not_answered[0].label.en


def test_a_catalogue_of_one_instrument_is_still_a_request() -> None:
    only = {"fund": load_instruments()["fund"]}
    parsed = parse(request_model(only), request(allocation("fund")))
    assert [row.instrument for _, row in parsed.allocations()] == ["fund"]
    with pytest.raises(InputError, match="instrument"):
        parse(request_model(only), request(allocation("loss_compensation_pool")))


def test_a_request_survives_being_written_and_read() -> None:
    model = request_model()
    parsed = parse(model, request(allocation("fund"), allocation("capital_injection")))
    again = parse(model, parsed.model_dump(mode="json", exclude_none=True))
    assert again == parsed


LINE = {
    "id": "own",
    "label": {"zh": "自有", "en": "own"},
    "park": "longhua",
    "source_class": "district",
    "amount": "1.00",
    "source": "plan",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"programme": None}, "programme, or own money lines"),
        ({"money": [LINE, LINE]}, "money: found own more than once"),
        ({"money": [{**LINE, "amount": 1.0}]}, r"money\.0\.amount"),
        ({"money": [{**LINE, "source_class": "x"}]}, r"money\.0\.source_class"),
        ({"alternatives": []}, "alternatives"),
        ({"alternatives": [{"id": "a", "allocations": []}]}, "allocations"),
        ({"state_company_as": "private"}, "state_company_as"),
        ({"dates": {"valuation_date": "2025-12-31"}}, "policy_date: found nothing"),
        ({"sources": {"s": {"title": "somebody said", "status": "gap"}}}, r"sources\.s\.status"),
        ({"colour": "red"}, "colour: found an unknown field"),
    ],
)
def test_a_malformed_request_names_the_field(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        run(request(allocation("fund"), **changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"instrument": "lottery"}, "instrument"),
        ({"money": []}, "money"),
        ({"money": [{"line": "high_tech_city", "amount": "1.00"}] * 2}, "high_tech_city more than once"),
        ({"money": [{"line": "high_tech_city", "amount": "-1.00"}]}, "zero or more"),
        ({"policies": ["haikou_guide_fund_2023"] * 2}, "haikou_guide_fund_2023 more than once"),
        ({"displacement": figure("1.1")}, "between 0 and 1"),
        ({"displacement": {"value": "0.1", "grade": "hypothesis"}}, "a reason"),
    ],
)
def test_a_malformed_allocation_names_the_field(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        run(request({**allocation("fund"), **changes}))


def test_names_of_alternatives_and_allocations_stand_once() -> None:
    with pytest.raises(InputError, match="allocations: found fund more than once"):
        run(request(allocation("fund"), allocation("fund")))
    only = request(allocation("fund"))["alternatives"]
    with pytest.raises(InputError, match="alternatives: found only more than once"):
        run(request(alternatives=[*only, *only]))
