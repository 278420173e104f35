"""Every kind of right that can be valued, with its facts."""

from __future__ import annotations

from collections.abc import Iterator

from docs.fields import HEADS, field_rows, first_sentence
from docs.markdown import document, table
from valuation.catalogue import subject_models

__all__ = ["page"]


def page() -> str:
    """The page of all kinds of right, one section each."""
    return document("权利种类 · Kinds of right", _sections())


def _sections() -> Iterator[str]:
    for kind, model in subject_models().items():
        yield from (f"## `{kind}`", "", first_sentence(model), "")
        yield from table(HEADS, (row.cells() for row in field_rows(model)))
