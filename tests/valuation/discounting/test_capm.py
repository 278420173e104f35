"""Which return do owners ask for?

Checked against: the formulas by hand, the plain functions as second way to the working paper, inverses (hypothesis),
and 96 industries in tests/examinations/test_cost_of_capital.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import figure
from valuation.discounting.capm import CapmInputs, capm_paper, relevered_beta, total_beta, unlevered_beta
from valuation.errors import InputError
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet

SHIELDS = st.sampled_from(["as_debt", "as_assets"])


def leverage(ratio: float = 0.5, tax: float = 0.25, debt_beta: float = 0.0, shield: str = "as_debt") -> dict[str, Any]:
    return {
        "debt_to_equity": figure(ratio),
        "tax_rate_share": figure(tax),
        "debt_beta": figure(debt_beta),
        "tax_shield": shield,
    }


def stated(**changes: Any) -> dict[str, Any]:
    return {
        "riskless_rate_share": figure(0.03),
        "equity_premium_share": figure(0.06),
        "beta": {"kind": "levered", "beta": figure(1.2)},
        "premia": [],
    } | changes


def paper(**changes: Any) -> Worksheet:
    return capm_paper(parse(CapmInputs, stated(**changes)))


# --- plain functions ------------------------------------------------------------------------------


def test_betas_by_hand() -> None:
    """Hamada: 1.2 / (1 + 0.75 · 0.5) = 0.8727; Harris–Pringle with a debt beta: (1.2 + 0.2 · 0.5) / 1.5."""
    assert unlevered_beta(1.2, debt_to_equity=0.5, tax_rate_share=0.25) == pytest.approx(1.2 / 1.375, rel=1e-15)
    mixed = unlevered_beta(1.2, debt_to_equity=0.5, tax_rate_share=0.25, debt_beta=0.2, tax_shield="as_assets")
    assert mixed == pytest.approx(1.3 / 1.5, rel=1e-15)
    assert relevered_beta(0.8, debt_to_equity=1.0, tax_rate_share=0.25) == pytest.approx(1.4, rel=1e-15)
    assert total_beta(0.9, correlation_share=0.3) == pytest.approx(3.0, rel=1e-15)


@given(
    beta=st.floats(-1, 5),
    ratio=st.floats(0, 10),
    tax=st.floats(0, 0.9),
    debt_beta=st.floats(0, 0.5),
    shield=SHIELDS,
)
def test_relevering_takes_unlevering_back(beta: float, ratio: float, tax: float, debt_beta: float, shield: Any) -> None:
    terms: dict[str, Any] = {
        "debt_to_equity": ratio,
        "tax_rate_share": tax,
        "debt_beta": debt_beta,
        "tax_shield": shield,
    }
    assert relevered_beta(unlevered_beta(beta, **terms), **terms) == pytest.approx(beta, abs=1e-12)


def test_without_debt_or_correlation_one_nothing_changes() -> None:
    assert unlevered_beta(1.1, debt_to_equity=0, tax_rate_share=0.25) == 1.1
    assert relevered_beta(1.1, debt_to_equity=0, tax_rate_share=0.25) == 1.1
    assert total_beta(1.1, correlation_share=1) == 1.1


def test_plain_functions_refuse_by_name() -> None:
    with pytest.raises(InputError, match=r"debt_to_equity: found -0\.1"):
        unlevered_beta(1, debt_to_equity=-0.1, tax_rate_share=0.25)
    for correlation in (0.0, -0.2, 1.1):
        with pytest.raises(InputError, match="correlation_share"):
            total_beta(1, correlation_share=correlation)


# --- the working paper ----------------------------------------------------------------------------


def test_a_stated_beta_by_hand() -> None:
    assert paper().value("cost_of_equity_share") == pytest.approx(0.03 + 1.2 * 0.06, rel=1e-15)


def test_premia_are_added() -> None:
    premia = [
        {"kind": "size", "premium_share": figure(0.02)},
        {"kind": "country", "premium_share": figure(0.005)},
        {"kind": "specific", "premium_share": figure(0.03)},
    ]
    made = paper(premia=premia)
    assert made.value("cost_of_equity_share") == pytest.approx(0.102 + 0.055, rel=1e-14)
    words = made.formula_in_words("cost_of_equity_share", "en")
    assert words.endswith("+ size premium + country premium + specific premium")


@given(unlevered=st.floats(0, 3), ratio=st.floats(0, 4), tax=st.floats(0, 0.5), debt=st.floats(0, 0.4), shield=SHIELDS)
def test_a_relevered_beta_is_the_plain_functions(
    unlevered: float, ratio: float, tax: float, debt: float, shield: Any
) -> None:
    beta = {"kind": "relevered", "unlevered_beta": figure(unlevered), "leverage": leverage(ratio, tax, debt, shield)}
    expected = relevered_beta(unlevered, debt_to_equity=ratio, tax_rate_share=tax, debt_beta=debt, tax_shield=shield)
    assert paper(beta=beta).value("beta") == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shield", ["as_debt", "as_assets"])
def test_the_betas_of_peers_are_unlevered_one_by_one_and_averaged(shield: Any) -> None:
    firms = [("甲", 1.1, 0.2, 0.25), ("乙", 1.6, 0.9, 0.15), ("丙", 0.8, 0.0, 0.25)]
    peers = [
        {"name": name, "beta": figure(b), "debt_to_equity": figure(d), "tax_rate_share": figure(t)}
        for name, b, d, t in firms
    ]
    made = paper(beta={"kind": "peers", "peers": peers, "leverage": leverage(0.4, 0.25, 0.1, shield)})
    terms = {"debt_beta": 0.1, "tax_shield": shield}
    bare = [unlevered_beta(b, debt_to_equity=d, tax_rate_share=t, **terms) for _, b, d, t in firms]
    assert made.row("peer_unlevered_beta") == pytest.approx(bare, rel=1e-14)
    expected = relevered_beta(sum(bare) / 3, debt_to_equity=0.4, tax_rate_share=0.25, **terms)
    assert made.value("beta") == pytest.approx(expected, rel=1e-14)
    assert made.axis.columns == ("甲", "乙", "丙")


def test_an_owner_who_is_not_diversified_asks_for_the_total_beta() -> None:
    """By hand: 0.03 + 1.2 / 0.4 · 0.06 = 0.21."""
    made = paper(correlation_share=figure(0.4))
    assert made.value("total_beta") == pytest.approx(3.0)
    assert made.value("cost_of_equity_share") == pytest.approx(0.21)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"correlation_share": figure(0.4), "premia": [{"kind": "specific", "premium_share": figure(0.02)}]},
            "premia.0.kind: found specific, beside correlation_share",
        ),
        ({"premia": [{"kind": "size", "premium_share": figure(0.02)}] * 2}, "premia: found size, size"),
        ({"correlation_share": figure(0.0)}, "correlation_share"),
        ({"correlation_share": figure(1.2)}, "correlation_share"),
        ({"beta": {"kind": "guessed", "beta": figure(1)}}, "beta"),
        ({"beta": {"kind": "peers", "peers": [], "leverage": leverage()}}, "peers"),
        ({"beta": {"kind": "relevered", "unlevered_beta": figure(1), "leverage": leverage(-1)}}, "debt_to_equity"),
        ({"riskless_rate_share": figure(3)}, "riskless_rate_share"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as raised:
        paper(**changes)
    assert says in raised.value.message


def test_missing_premia_are_not_taken_as_none() -> None:
    data = stated()
    del data["premia"]
    with pytest.raises(InputError, match="premia"):
        parse(CapmInputs, data)
