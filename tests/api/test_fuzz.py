"""Any change to a good request is answered or refused: never a defect of the server, and never a row for a refusal.

Properties (hypothesis): one place of a request is removed or replaced by any JSON value.
"""

import itertools
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Client
from tests.api.requests import DELETED, changed, example, valuation_request

REQUESTS = {
    "/v1/valuations": valuation_request(),
    "/v1/pledge-quotes": example("pledge_quote_drug_patent"),
    "/v1/leverage/scenarios": example("leverage_haikou_longhua"),
    "/v1/leverage/waterfalls": example("leverage_waterfall"),
    "/v1/leverage/performance-evaluations": example("leverage_performance"),
    "/v1/rate-papers": example("rate_build_up"),
    "/v1/scores": example("score_patent"),
    "/v1/analyses": {
        "valuation": valuation_request(),
        "method": "relief_from_royalty",
        "analysis": {
            "kind": "break_even",
            "input_name": "discount_rate_share",
            "target": "150000.00",
            "bracket": [0.1, 0.3],
            "pieces": 16,
        },
    },
}
KEYS = itertools.count()
VALUES = st.sampled_from(
    [
        DELETED,
        None,
        True,
        0,
        -1,
        10**30,
        1e308,
        -1e308,
        0.5,
        "",
        "0",
        "-0.01",
        "NaN",
        "1e9",
        "2020-12-31",
        [],
        {},
        [[]],
        "x" * 500,
    ]
)


def paths(value: Any, prefix: str = "") -> list[str]:
    """Every place of a document, as a dotted path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for name, item in pairs:
        if "." not in str(name):  # a dotted name cannot be told from a path
            found += [f"{prefix}{name}", *paths(item, f"{prefix}{name}.")]
    return found


@pytest.mark.parametrize("address", REQUESTS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_request_is_answered_or_refused(shared_client: Client, address: str, data: st.DataObject) -> None:
    request = REQUESTS[address]
    path = data.draw(st.sampled_from(paths(request)))
    body = json.dumps(changed(request, path, data.draw(VALUES)))
    before = shared_client.rows()
    headers = {"Idempotency-Key": f"fuzz-{next(KEYS)}", "Content-Type": "application/json"}
    response = shared_client.post(address, content=body, headers=headers)
    stored = shared_client.rows()[0] - before[0]
    assert (response.status_code, stored) in {(201, 1), (422, 0)}, response.text
    if response.status_code == 422:
        assert response.json()["detail"]
