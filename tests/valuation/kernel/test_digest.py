"""Is the fingerprint the same for the same inputs, and another for any change?

Checked against: its own definition (SHA-256 of canonical JSON, computed here a second time) and properties.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.kernel.digest import ENGINE_VERSION, canonical_json, digest_of

LEAVES = st.none() | st.booleans() | st.integers(-999, 999) | st.floats(-9, 9, allow_nan=False) | st.text(max_size=5)
DOCUMENTS = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_size=5,
)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(document=DOCUMENTS)
def test_the_order_of_keys_does_not_matter(document: dict[str, Any]) -> None:
    assert digest_of(document) == digest_of(reversed_keys(document))


@given(one=DOCUMENTS, other=DOCUMENTS)
def test_two_documents_share_a_digest_only_if_their_json_is_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    def text(document: dict[str, Any]) -> str:
        return json.dumps(document, sort_keys=True)

    assert (digest_of(one) == digest_of(other)) == (text(one) == text(other))


def test_the_digest_is_sha256_of_canonical_json_with_the_engine_version() -> None:
    """Second way: the text written by hand."""
    text = f'{{"engine_version":"{ENGINE_VERSION}","inputs":{{"a":[1,"质"],"b":"1.1"}}}}'
    assert digest_of({"b": Decimal("1.10"), "a": (1, "质")}) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_no_number_has_no_fingerprint(value: object) -> None:
    with pytest.raises(InputError, match="finite numbers only"):
        digest_of({"list": [{"deep": value}]})


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.10", "1.1"), ("100", "1E+2"), ("0.0", "0"), ("1234567890.1234567890", "1234567890.123456789")],
)
def test_the_same_decimal_written_differently_is_the_same(one: str, other: str) -> None:
    assert digest_of({"a": Decimal(one)}) == digest_of({"a": Decimal(other)})


def test_decimals_that_differ_beyond_28_digits_differ() -> None:
    one, other = (Decimal("123456789012345678.12345678901234567" + last) for last in "89")
    assert digest_of({"a": one}) != digest_of({"a": other})


def test_dates_are_written_as_their_iso_text() -> None:
    assert canonical_json({"day": datetime.date(2024, 2, 29)}) == '{"day":"2024-02-29"}'
