"""Are two answers computed from the same inputs?"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from valuation.errors import InputError

__all__ = ["ENGINE_VERSION", "canonical_json", "digest_of"]

#: The version of the engine that computed an answer; it enters every digest.
ENGINE_VERSION = "0.1.0"


def digest_of(document: Mapping[str, Any]) -> str:
    """What is the fingerprint of these inputs under this version of the engine?

    SHA-256 over the canonical JSON of ``document`` and :data:`ENGINE_VERSION`. The order of keys does not
    matter; ``1.10`` and ``1.1`` as Decimal are the same number, as texts they are not.

    Tested by: ``tests/valuation/kernel/test_digest.py`` (order, change of one field, NaN refused).
    """
    text = canonical_json({"engine_version": ENGINE_VERSION, "inputs": document})
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_json(document: Mapping[str, Any]) -> str:
    """Write plain data the one way that equal data always yields."""
    return json.dumps(_plain(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise InputError.of("document", found=value, expected="finite numbers only")
    if isinstance(value, Decimal):
        # Not normalize(): it would round to 28 digits and give two numbers one fingerprint.
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
