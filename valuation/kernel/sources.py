"""Where a number comes from, and how far that origin can be trusted."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from valuation.kernel.labels import Label, NamedWarning

__all__ = ["Source", "SourceStatus", "unverified"]

#: ``read``: the number was read in the named source. ``recalled``: from memory, the text is still to be
#: checked. ``gap``: looked for and not found. ``hypothesis``: stated by the person who asks, to see what follows.
SourceStatus = Literal["read", "recalled", "gap", "hypothesis"]


@dataclass(frozen=True)
class Source:
    """One document that numbers are taken from.

    ``number`` is the official document number (文号), ``article`` the clause or table, ``date`` the day the
    document bears, ``address`` where it was seen.
    """

    id: str
    title: str
    status: SourceStatus
    number: str | None = None
    article: str | None = None
    date: datetime.date | None = None
    address: str | None = None

    def as_document(self) -> dict[str, str]:
        """The fields that are known, for JSON and for the page of sources."""
        return {key: str(value) for key, value in asdict(self).items() if value is not None}

    @property
    def citation(self) -> str:
        """The source in one line: title, document number, article, date."""
        parts = (self.title, self.number, self.article, str(self.date) if self.date else None)
        return ", ".join(part for part in parts if part)


def unverified(sources: Iterable[Source]) -> tuple[NamedWarning, ...]:
    """Which of these sources has nobody checked against its text? One named doubt for each."""
    return tuple(
        NamedWarning(
            f"{source.status}_source",
            Label(
                f"来源未核对（{source.status}）：{source.citation}",
                f"source not verified ({source.status}): {source.citation}",
            ),
        )
        for source in sources
        if source.status != "read"
    )
