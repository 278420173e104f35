"""How long will the right earn?

Checked against: the least of the stated years by hand, over every subset of limits (all combinations).
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.valuation.asking import figure
from valuation.discounting.life import UsefulLifeInputs, binding_limits, useful_life_paper
from valuation.errors import InputError
from valuation.kernel.fields import parse

YEARS = {"legal": 12.5, "contractual": 8.0, "technical": 6.0, "economic": 7.5}


def limits(**years: float | None) -> UsefulLifeInputs:
    data: dict[str, Any] = {
        kind: {"kind": "none", "reason": "does not apply in this test"}
        if years.get(kind) is None
        else {"kind": "years", "years": figure(years[kind])}  # type: ignore[arg-type]
        for kind in YEARS
    }
    return parse(UsefulLifeInputs, data)


@pytest.mark.parametrize("kinds", [k for n in range(1, 5) for k in itertools.combinations(YEARS, n)])
def test_the_shortest_limit_binds(kinds: tuple[str, ...]) -> None:
    inputs = limits(**{kind: YEARS[kind] for kind in kinds})
    shortest = min(kinds, key=lambda kind: YEARS[kind])
    assert useful_life_paper(inputs).value("useful_life_years") == YEARS[shortest]
    assert binding_limits(inputs) == (shortest,)


def test_limits_that_end_together_are_both_named() -> None:
    assert binding_limits(limits(legal=5.0, technical=5.0, economic=9.0)) == ("legal", "technical")


def test_a_longer_limit_that_becomes_shorter_binds_on_the_same_paper() -> None:
    paper = useful_life_paper(limits(legal=5.0, economic=9.0))
    assert paper.with_inputs({"economic_life_years": 2.0}).value("useful_life_years") == 2


def test_no_limit_at_all_is_refused() -> None:
    for question in (useful_life_paper, binding_limits):
        with pytest.raises(InputError, match="legal, contractual, technical, economic: found no limit"):
            question(limits())


def test_a_limit_left_out_is_missing_and_not_endless() -> None:
    with pytest.raises(InputError, match="economic"):
        parse(UsefulLifeInputs, {kind: {"kind": "none", "reason": "not here"} for kind in list(YEARS)[:3]})
    with pytest.raises(InputError, match="legal"):
        limits(legal=0.0)
