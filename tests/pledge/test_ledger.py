"""The chart of accounts and the meanings of postings.

Checked against: double entry (each meaning adds up to zero in each party's books), the mirrors between the parties,
and hand-made postings.
"""

from __future__ import annotations

import datetime

import pytest

from pledge.ledger import (
    ACCOUNTS,
    COMPENSATORS,
    MEANINGS,
    PARTIES,
    JournalEntry,
    balances,
    changes,
    mirror_differences,
    post,
    unbalanced_parties,
)
from valuation.errors import UnknownNameError

DAY = datetime.date(2026, 3, 1)


@pytest.mark.parametrize("meaning", MEANINGS)
def test_each_meaning_balances_in_each_partys_books_and_mirrors_the_others(meaning: str) -> None:
    for party in COMPENSATORS if MEANINGS[meaning].names_party else (None,):
        found = balances(post(DAY, meaning, 123_45, party=party))
        assert found
        assert unbalanced_parties(found) == {}
        assert mirror_differences(found) == {}
        assert {owner for owner, _ in found} <= set(PARTIES)


def test_every_account_that_is_moved_has_a_name_and_every_name_is_moved() -> None:
    moved = {account for meaning in MEANINGS.values() for _, account, _ in meaning.moves}
    assert moved == set(ACCOUNTS)


def test_a_planted_imbalance_and_a_planted_difference_are_noticed() -> None:
    assert unbalanced_parties({("bank", "cash"): 1, ("pool", "cash"): 0}) == {"bank": 1}
    one_sided = {("bank", "loan_principal"): 500, ("borrower", "owed_principal"): -499}
    assert mirror_differences(one_sided) == {"bank loan_principal": 1}
    assert mirror_differences({("pool", "subrogated_claim"): 7}) == {"pool subrogated_claim": 7}


def test_nothing_is_posted_for_nothing_and_nothing_unknown() -> None:
    assert post(DAY, "principal_repaid", 0) == ()
    with pytest.raises(UnknownNameError, match="posting: found 'gift'"):
        post(DAY, "gift", 1)
    with pytest.raises(AssertionError, match="moves zero or more"):
        post(DAY, "principal_repaid", -1)
    with pytest.raises(AssertionError, match="names a compensator"):
        post(DAY, "advance_paid", 1)


def test_a_reversal_takes_its_posting_back() -> None:
    (posting,) = post(DAY, "interest_accrued", 100)
    entries = [JournalEntry(1, 1, posting), JournalEntry(2, 2, posting, is_reversal=True)]
    assert balances(entries) == {}
    assert [line["credit"] for line in entries[1].as_document()["lines"]] == ["1.00", "0.00", "1.00", "0.00"]


def test_only_what_changed_is_written() -> None:
    (one,), (two,) = post(DAY, "interest_accrued", 100), post(DAY, "interest_accrued", 200)
    assert changes([one, one, two], [one, two, two]) == ([one], [two])
    assert changes([one], [one]) == ([], [])
