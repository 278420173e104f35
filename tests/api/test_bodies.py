"""Reading a body: what is JSON and finite comes through unchanged, everything else is refused by name."""

import json
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from api.bodies import MAXIMUM_DEPTH, read_json_object, read_model, read_toml
from api.errors import MalformedBodyError
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel, MoneyText

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | PLAIN
DOCUMENTS = st.dictionaries(
    PLAIN, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3))
)


@given(DOCUMENTS)
def test_a_finite_document_comes_through_unchanged(document: dict[str, object]) -> None:
    assert read_json_object(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(read_json_object(body), dict)
    except (InputError, MalformedBodyError) as error:
        assert error.problems


@pytest.mark.parametrize("levels", [MAXIMUM_DEPTH, MAXIMUM_DEPTH + 1])
def test_the_limit_of_depth(levels: int) -> None:
    body = b'{"a":' * levels + b"1" + b"}" * levels
    if levels <= MAXIMUM_DEPTH:
        assert read_json_object(body)
    else:
        with pytest.raises(MalformedBodyError):
            read_json_object(body)


class Loan(FrozenModel):
    kind: Literal["loan"]
    amount: MoneyText


class Guarantee(FrozenModel):
    kind: Literal["guarantee"]
    share: float


class Asked(FrozenModel):
    items: list[Annotated[Loan | Guarantee, Field(discriminator="kind")]]
    by_name: dict[str, int | Loan] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "items"),
        ({"items": [{"kind": "loan"}]}, "items.0.amount"),
        ({"items": [{"kind": "loan", "amount": 1.5}]}, "items.0.amount"),
        ({"items": [{"kind": "loan", "amount": "1.00", "x": 1}]}, "items.0.x"),
        ({"items": [{"kind": "house"}]}, "items.0.kind"),
        ({"items": [{}]}, "items.0.kind"),
        ({"items": [], "by_name": {"loan": "x"}}, "by_name.loan"),
        ({"items": [], "by_name": {"loan": {"kind": "loan"}}}, "by_name.loan.amount"),
        ({"items": {"0": 1}}, "items"),
        ({"items": [3]}, "items.0"),
    ],
)
def test_a_field_is_named_as_it_stands_in_the_document(document: dict[str, object], field: str) -> None:
    """Without the tags of unions and the names of types that pydantic puts into its paths."""
    with pytest.raises(InputError) as caught:
        read_model(Asked, document)
    assert field in {problem.field for problem in caught.value.problems}


def test_toml_keeps_decimals_exact() -> None:
    assert read_toml("a = 0.10", where="x") == {"a": Decimal("0.10")}


@pytest.mark.parametrize("text", ["a = nan", "a = [1.0, -inf]", 'a = "\\u0000"', "a = ", "a = 1\na = 2"])
def test_toml_that_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_toml(text, where="x")
