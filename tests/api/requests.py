"""Requests for tests: one small valuation stated in full, and the examples of the checkout as JSON."""

import copy
import datetime
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

_STATED = {"grade": "judgement", "reason": "published case"}
_ROYALTY: dict[str, Any] = {
    "revenue": {**_STATED, "values": ["1000000.00", "1100000.00", "1200000.00", "1300000.00", "1400000.00"]},
    "first_year_end": "2021-12-31",
    "royalty_rate_share": {**_STATED, "value": 0.05},
    "owner_cost": {**_STATED, "values": ["0.00"] * 5},
    "tax_rate_share": {**_STATED, "value": 0.25},
    "discount_rate_share": {**_STATED, "value": 0.12},
    "timing": "year_end",
    "survival": {"kind": "none", "reason": "none stated"},
    "tax_amortisation": {"kind": "straight_line", "years": {**_STATED, "value": 5}},
}
_VALUATION: dict[str, Any] = {
    "subject": {
        "kind": "patent",
        "name": "一种方法 A method",
        "patent_kind": "invention",
        "number": "CN1",
        "jurisdiction": "CN",
        "expiry_date": "2040-01-01",
    },
    "dates": {"valuation_date": "2020-12-31", "policy_date": "2020-12-31", "report_date": "2021-01-08"},
    "currency": "CNY",
    "methods": {"relief_from_royalty": _ROYALTY},
    "reconciliation": {
        "weights": {"relief_from_royalty": {"share": 1.0, "reason": "the only method"}},
        "maximum_ratio": 2.0,
    },
}


def valuation_request() -> dict[str, Any]:
    """A patent valued by relief from royalty alone, without an interval."""
    return copy.deepcopy(_VALUATION)


def example(name: str) -> dict[str, Any]:
    """An example of the checkout, as JSON would carry it."""
    return _plain(tomllib.loads((EXAMPLES / f"{name}.toml").read_text("utf-8"), parse_float=Decimal))


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The same document with another value at a dotted path; ``DELETED`` removes it."""
    document = copy.deepcopy(document)
    *parents, last = path.split(".")
    here: Any = document
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here[part]
    place = int(last) if isinstance(here, list) else last
    if value is DELETED:
        del here[place]
    else:
        here[place] = value
    return document


DELETED = object()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
