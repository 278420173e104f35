"""Which values of a policy does somebody doubt?

Besides the status of its source a value may be doubtful in two ways, written in the policy's facts::

    [[facts.conflicts]]   # another account, kept as a policy of its own, says otherwise
    parameter = "pledge_rate_share.trademark"
    with_policy = "another_policy"
    zh = "…"
    en = "…"

    [[facts.doubts]]      # the text can be read in another way, or says "about"
    parameter = "loss_share.pool"
    zh = "…"
    en = "…"
"""

from __future__ import annotations

from collections.abc import Collection

from valuation.errors import ReferenceDataError
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label, NamedWarning

__all__ = ["check_doubts", "doubts_about"]

#: The code of the warning by the list it stands in, and what an entry must say.
_LISTS = {
    "conflicts": ("sources_disagree", ("parameter", "with_policy", "zh", "en")),
    "doubts": ("doubtful_value", ("parameter", "zh", "en")),
}


def doubts_about(table: DatedTable, used: Collection[str]) -> tuple[NamedWarning, ...]:
    """Which doubts must an answer name that used these parameters of a policy?

    Tested by: ``tests/pledge/test_claim_terms.py`` (two accounts of one bank, a share that is "about").
    """
    return tuple(
        NamedWarning(code, Label(entry["zh"], entry["en"]))
        for name, (code, _) in _LISTS.items()
        for entry in table.facts.get(name, [])
        if entry["parameter"] in used
    )


def check_doubts(table: DatedTable) -> None:
    """Refuse a doubt that names no parameter of its policy or does not say what is doubtful in both languages.

    Raises
    ------
    ReferenceDataError : naming the policy, the entry and what it must say.
    """
    for name, (_, keys) in _LISTS.items():
        for entry in table.facts.get(name, []):
            if any(not entry.get(key) for key in keys) or entry["parameter"] not in table.parameters:
                raise ReferenceDataError(
                    f"policy {table.id}: facts.{name}: found {dict(entry)}, expected a parameter of this policy and"
                    f" texts for {', '.join(keys)}"
                )
