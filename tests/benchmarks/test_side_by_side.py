"""Side by side with another program: is the product right in every case, and does the README say what was found?

Checked: the product against a plain loop over the years (second way) to the cent, refusals by the field they name; the
loop itself against the published factor of the tax amortisation benefit, its closed form and the calendar; the table of
the README against what comes out now. What the other program answers is checked where it is installed, which the
benchmarks' own environment sees to.
"""

from __future__ import annotations

import datetime
import importlib.metadata
from pathlib import Path

import pytest

from benchmarks import run, side_by_side
from benchmarks.side_by_side import Case, Peer, answered
from valuation.errors import IpfinError

README = (Path(__file__).resolve().parents[2] / "benchmarks" / "README.md").read_text(encoding="utf-8")
CASES = side_by_side.cases()


def by_title(case: Case) -> str:
    return case.title


@pytest.fixture(scope="module")
def peer() -> Peer:
    pytest.importorskip(
        "intangible_valuation", reason="a peer of the benchmarks, installed only in their throw-away environment"
    )
    found = side_by_side.load_peer()
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES, ids=by_title)
def test_the_product_is_right(case: Case) -> None:
    row = answered(case, None)
    assert row.product_is_right, f"{row.product} instead of {row.by_hand}"
    if case.by_hand is None:
        with pytest.raises(IpfinError, match=case.refused_field):
            case.product()


@pytest.mark.parametrize("case", CASES, ids=by_title)
def test_the_readme_shows_it(case: Case) -> None:
    row = answered(case, None)
    assert f"| {row.title} | {row.by_hand} | {row.product} | " in README


@pytest.mark.parametrize("case", CASES, ids=by_title)
def test_the_readme_shows_what_the_peer_answers(case: Case, peer: Peer) -> None:
    assert f"intangible-valuation {importlib.metadata.version('intangible-valuation')}" == side_by_side.PEER
    assert answered(case, peer).as_text() in README


def test_a_wrong_answer_is_called_wrong() -> None:
    """By hand: 90 for 100 is 10 % too little; a number where none is right is accepted, a refusal otherwise wrong."""

    def wrong() -> float:
        raise IpfinError("no")

    low = answered(Case("low", 100.0, lambda: 90.0, lambda _: 100.001, ""), Peer(*[print] * 5))
    assert (low.product, low.product_is_right) == ("90.00: **-10.0%**", False)
    assert (low.peer, low.peer_is_right) == ("100.00", True)
    assert answered(Case("NaN", 100.0, lambda: float("nan"), lambda _: 0.0, ""), None).product_is_right is False
    assert answered(Case("none right", None, lambda: 1.0, lambda _: 0.0, ""), None).product_is_right is False
    assert answered(Case("refused", 100.0, wrong, lambda _: 0.0, ""), None).product_is_right is False
    assert answered(Case("refused rightly", None, wrong, lambda _: 0.0, ""), None).product_is_right is True


def test_the_iterated_benefit_has_the_published_factor() -> None:
    """opag.io, FAQ on the tax amortisation benefit: 1.13 for 25 %, 15 years, 12 %; and its closed form."""
    annuity = (1 - 1.12**-15) / 0.12
    assert side_by_side.with_benefit(1.0, 15) == pytest.approx(1.13, abs=0.005)
    assert side_by_side.with_benefit(1.0, 15) == pytest.approx(1 / (1 - 0.25 / 15 * annuity), rel=1e-12)
    earlier = side_by_side.with_benefit(1.0, 15, earlier=0.5)
    assert earlier == pytest.approx(1 / (1 - 0.25 / 15 * annuity * 1.12**0.5), rel=1e-12)
    assert side_by_side.with_benefit(-5.0, 15) == -5.0


def test_days_by_the_calendar() -> None:
    start = datetime.date(2020, 12, 31)
    ends = [datetime.date(year, 3, 1) - datetime.timedelta(days=1) for year in range(2022, 2027)]
    assert [(end - start).days for end in ends] == [424, 789, 1155, 1520, 1885]
    first = datetime.date(2021, 7, 1)
    assert (datetime.date(2021, 12, 31) - first).days == 183
    assert (datetime.date(2025, 6, 30) - datetime.date(2024, 12, 31)).days == 181
    assert (datetime.date(2025, 6, 30) - datetime.date(2024, 7, 1)).days == 364


def test_the_quantile_turns_the_distribution_round() -> None:
    """Half-way points by hand: at the mode lie (5−3)/(8−3) = 40 %; the ends are the ends."""
    assert side_by_side.triangular_quantile(0.4) == pytest.approx(0.05)
    assert side_by_side.triangular_quantile(0.0) == pytest.approx(0.03)
    assert side_by_side.triangular_quantile(1.0) == pytest.approx(0.08)


def test_the_program_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    run.main(["side_by_side"])
    said = capsys.readouterr().out
    assert f"Right: ipfin {len(CASES)} of {len(CASES)}" in said
    assert all(f"| {case.title} | " in said for case in CASES)
