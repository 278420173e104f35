"""One word, one meaning: where an English term of the glossary stands, its Chinese term stands beside it.

Checked against: glossary.toml, on every text that is given in both languages – the { zh, en } pairs of the data files
and the Label("…", "…") of the code.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("valuation", "pledge", "leverage")
TERMS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text(encoding="utf-8"))[
    "terms"
]


def pairs_in_data(value: Any) -> Iterator[tuple[str, str]]:
    """Every { zh, en } pair below a value of a TOML file."""
    if isinstance(value, dict):
        if isinstance(value.get("zh"), str) and isinstance(value.get("en"), str):
            yield value["zh"], value["en"]
        for item in value.values():
            yield from pairs_in_data(item)
    elif isinstance(value, list):
        for item in value:
            yield from pairs_in_data(item)


def pairs_in_code(source: str) -> Iterator[tuple[str, str]]:
    """Every Label of two plain texts."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Label" and len(node.args) == 2:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if len(texts) == 2:
                yield texts[0], texts[1]


def offences(pairs: Iterator[tuple[str, str]]) -> list[str]:
    """Pairs whose English text uses a term that their Chinese text does not."""
    found = []
    for zh, en in pairs:
        for english, chinese in TERMS.items():
            if re.search(rf"\b{re.escape(english)}s?\b", en.lower()) and not any(each in zh for each in chinese):
                found.append(f"{en!r} says {english!r}, but {zh!r} does not say {chinese[0]!r}")
    return found


def files(ending: str) -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob(f"*.{ending}"))


@pytest.mark.parametrize("path", files("toml"), ids=lambda path: path.name)
def test_data_uses_the_words_of_the_glossary(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    assert offences(pairs_in_data(data)) == []


@pytest.mark.parametrize("path", files("py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_labels_use_the_words_of_the_glossary(path: Path) -> None:
    assert offences(pairs_in_code(path.read_text(encoding="utf-8"))) == []


def test_every_chinese_term_has_one_english_rendering() -> None:
    assert len({chinese[0] for chinese in TERMS.values()}) == len(TERMS)


def test_the_rule_catches_a_planted_offence() -> None:
    data = tomllib.loads('label = { zh = "抵押率上限", en = "pledge rate cap" }')
    assert offences(pairs_in_data(data))
    assert offences(pairs_in_code('Label("贴现率", "discount rate")'))
    assert offences(pairs_in_data(tomllib.loads('label = { zh = "质押率上限", en = "pledge rate cap" }'))) == []
    assert offences(pairs_in_code('Label("折现率", "discount rate")')) == []
