"""One transaction as evidence: what was traded, for how much, and who says so."""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal

from valuation.kernel.sources import Source

__all__ = ["STATUS_RANKS", "RecordStatus", "TransactionRecord", "plain_text"]

#: A row without a value is no evidence, so the status ``gap`` does not occur here.
RecordStatus = Literal["read", "recalled", "hypothesis"]
#: Which of two records of one deal is the stronger evidence: the smaller number.
STATUS_RANKS: Mapping[str, int] = {"read": 0, "recalled": 1, "hypothesis": 2}

_KEY_BYTES = 8


@dataclass(frozen=True)
class TransactionRecord:
    """One transaction in a right, with its provenance.

    Exactly one of ``price`` (an amount for a sale or lump-sum licence) and ``rate_share`` (a running royalty) is
    known. ``features`` are measured properties by name; one that is not known is not there. The five ``source_``
    fields and ``retrieved_on`` say who published it, where, and when it was looked up.
    """

    name: str
    right_kind: str
    transaction_kind: str
    traded_on: datetime.date
    related_parties: bool
    jurisdiction: str
    currency: str
    quantity: float
    quantity_unit: str
    source_title: str
    source_publisher: str
    source_status: RecordStatus
    retrieved_on: datetime.date
    price: Decimal | None = None
    rate_share: float | None = None
    right_number: str | None = None
    party_from: str | None = None
    party_to: str | None = None
    industry: str | None = None
    source_number: str | None = None
    source_address: str | None = None
    source_date: datetime.date | None = None
    note: str | None = None
    features: Mapping[str, float] = field(default_factory=dict)

    @functools.cached_property
    def deal(self) -> tuple[str, ...]:
        """What makes two records the same deal: right, kind, day and both parties.

        The right is its number, or its name where no number is known. Width, case, spaces, points and hyphens do
        not count: ``ZL 2010 1000.0`` and ``ＺＬ20101000.0`` are one number.
        """
        right = self.right_number or self.name
        texts = (self.right_kind, right, self.transaction_kind, self.party_from or "", self.party_to or "")
        return (*(plain_text(text) for text in texts), self.traded_on.isoformat())

    @functools.cached_property
    def terms(self) -> tuple[object, ...]:
        """What was agreed: two records of one deal must say the same."""
        return (self.currency, self.price, self.rate_share, self.quantity, plain_text(self.quantity_unit))

    @functools.cached_property
    def id(self) -> str:
        """The name of this deal in every answer: a digest of what makes it this deal."""
        return _digest("cmp_", self.deal)

    @property
    def strength(self) -> tuple[int, int]:
        """Smaller is stronger: first the status of the source, then the later look-up."""
        return STATUS_RANKS[self.source_status], -self.retrieved_on.toordinal()

    @functools.cached_property
    def source(self) -> Source:
        """Where the record comes from, as methods cite it; records of one publication share one source."""
        title = f"{self.source_title}（{self.source_publisher}，{self.retrieved_on} 取得）"
        facts = (title, self.source_status, self.source_number, self.source_date, self.source_address)
        return Source(
            id=_digest("src_", (str(fact or "") for fact in facts)),
            title=title,
            status=self.source_status,
            number=self.source_number,
            date=self.source_date,
            address=self.source_address,
        )

    def as_document(self) -> dict[str, Any]:
        """Every known field as JSON-safe data; money is text."""
        document: dict[str, Any] = {"id": self.id}
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None:
                continue
            document[each.name] = str(value) if isinstance(value, Decimal | datetime.date) else value
        return document | {"features": dict(self.features)}


def _digest(prefix: str, parts: Iterable[str]) -> str:
    return prefix + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=_KEY_BYTES).hexdigest()


def plain_text(text: str) -> str:
    """A text without what does not count when two are compared: width, case, spaces, points and hyphens."""
    return re.sub(r"[\s.\-·]", "", unicodedata.normalize("NFKC", text)).casefold()
