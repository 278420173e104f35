"""Weight profiles for tests: invented weights over invented indicators, in the shape of GB/T 42748-2023."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Groups in each dimension and indicators in each group: 14 and 27, spread arbitrarily.
SHAPE = {"legal": (2, 2, 2, 2), "technical": (2, 2, 2, 2, 2), "economic": (2, 2, 2, 2, 1)}


def names(identifier: str) -> dict[str, str]:
    return {"zh": f"指标 {identifier}", "en": f"indicator {identifier}"}


def node(identifier: str, weight: float, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "name": names(identifier), "weight_share": weight} | more


def dimension(identifier: str, weight: float, sizes: Sequence[int]) -> dict[str, Any]:
    groups = []
    for number, size in enumerate(sizes, start=1):
        group = f"{identifier}_{number}"
        indicators = [node(f"{group}_{each}", 1 / size) for each in range(1, size + 1)]
        groups.append(node(group, 1 / len(sizes), indicators=indicators))
    return node(identifier, weight, groups=groups)


def standard(**changes: Any) -> dict[str, Any]:
    """A whole profile that claims the structure of the standard."""
    return {
        "id": "test_profile",
        "version": "1.0",
        "structure": "gbt_42748_2023",
        "scene": "finance",
        "grade": "judgement",
        "reason": "invented for the test",
        "stated_on": "2024-01-31",
        "marks_from": 0,
        "marks_to": 100,
        "dimensions": [
            dimension(name, weight, sizes) for (name, sizes), weight in zip(SHAPE.items(), (0.5, 0.2, 0.3), strict=True)
        ],
    } | changes


def small(**changes: Any) -> dict[str, Any]:
    """Two dimensions, three indicators, weights 0.3, 0.3 and 0.4."""
    legal = node("legal", 0.6, groups=[node("right", 1.0, indicators=[node("term", 0.5), node("claims", 0.5)])])
    market = node("market", 0.4, groups=[node("demand", 1.0, indicators=[node("sales", 1.0)])])
    return standard(structure="own", scene="pledge", dimensions=[legal, market]) | changes


def standard_table(**changes: Any) -> dict[str, Any]:
    """A table of names in the shape of the standard, as a user would copy it: no weights."""
    dimensions = []
    for name, sizes in SHAPE.items():
        groups = []
        for number, size in enumerate(sizes, start=1):
            group = f"{name}_{number}"
            indicators = [{"id": f"{group}_{each}", "name": names(f"{group}_{each}")} for each in range(1, size + 1)]
            groups.append({"id": group, "name": names(group), "indicators": indicators})
        dimensions.append({"id": name, "groups": groups})
    return {"source": "standard", "dimensions": dimensions} | changes
