"""What do the worked examples of a policy say, and does the product answer them?

Law by example: every packaged policy shows at least one case with its arithmetic line by line::

    [[examples]]
    id = "total_loss"
    title = { zh = "全部损失", en = "everything is lost" }
    on = 2021-09-10
    question = "claim"
    facts = { lost_principal_cny = "1000000.00", pool_balance_cny = "70000000.00" }
    arithmetic = ["资金池 pool: 1,000,000.00 × 0.54 = 540,000.00"]
    expected = { pool = "540000.00" }

An example of a gap expects the error instead: ``expected_error = "gap"`` and what its text must name. Every line of
arithmetic must be true, and every expected figure must be the end of one of them, unless it is a value of the policy
itself (``question = "value"``).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from pledge.cover import maximum_loan
from pledge.example_case import ExampleCase, ExampleFacts, ExampleQuestion
from pledge.policy_arithmetic import LineOfArithmetic, read_line
from pledge.support import support_rules
from valuation.errors import IpfinError, ReferenceDataError
from valuation.kernel.dated import DatedTable
from valuation.kernel.labels import Label
from valuation.kernel.money import Money

__all__ = ["PolicyExample", "differences", "example_questions", "read_examples"]

_KEYS = {
    "id",
    "title",
    "on",
    "question",
    "facts",
    "arithmetic",
    "expected",
    "expected_error",
    "expected_text",
}


@dataclass(frozen=True, kw_only=True)
class PolicyExample:
    """A worked example: the facts, the arithmetic line by line, and the figures or the error expected."""

    id: str
    title: Label
    on: datetime.date
    question: str
    facts: Mapping[str, Any]
    arithmetic: tuple[LineOfArithmetic, ...]
    expected: Mapping[str, str]
    expected_error: str | None
    expected_text: str
    where: str

    def as_document(self) -> dict[str, Any]:
        """The example for JSON and for the reference pages."""
        document: dict[str, Any] = {
            "id": self.id,
            "title": self.title.as_document(),
            "on": self.on.isoformat(),
            "question": self.question,
            "facts": {name: _plain(found) for name, found in self.facts.items()},
            "arithmetic": [line.text for line in self.arithmetic],
        }
        if self.expected_error is not None:
            return {**document, "expected_error": self.expected_error, "expected_text": self.expected_text}
        return {**document, "expected": dict(self.expected)}


def example_questions(kind: str) -> dict[str, ExampleQuestion]:
    """Which questions may an example of a policy of this kind ask? Every kind answers ``value``."""
    of_support = {rule.policy_kind.id: rule.questions for rule in support_rules().values()}
    own = {"maximum_loan": _maximum_loan} if kind == "pledge_rate" else {}
    return {"value": _value, **own, **of_support.get(kind, {})}


def read_examples(table: DatedTable) -> tuple[PolicyExample, ...]:
    """Which worked examples does a policy carry?

    Raises
    ------
    ReferenceDataError : an example that lacks something, asks an unknown question, shows a false line, or expects a
        figure that no line ends with.

    Tested by: ``tests/pledge/test_policy_examples.py``.
    """
    known = example_questions(table.kind) if table.examples else {}
    examples = tuple(_example(table.id, row, number, known) for number, row in enumerate(table.examples))
    ids = [example.id for example in examples]
    if len(set(ids)) != len(ids):
        raise ReferenceDataError(f"policy {table.id}: examples: found ids {', '.join(ids)}, expected each once")
    return examples


def differences(example: PolicyExample, table: DatedTable, policies: Mapping[str, DatedTable]) -> tuple[str, ...]:
    """In what does the product's answer differ from the worked example? Nothing when they agree.

    Parameters
    ----------
    example : of the policy ``table``.
    policies : all tables, for questions that read a reference rate.

    Tested by: every packaged example agrees, planted errors do not, in ``tests/pledge/test_policy_examples.py``.
    """
    facts = ExampleFacts(example.facts, example.where)
    ask = example_questions(table.kind)[example.question]
    try:
        answer = ask(ExampleCase(table, policies, example.on, facts, tuple(example.expected)))
        facts.refuse_unknown()
    except IpfinError as error:
        return tuple(_wrong_error(example, error))
    if example.expected_error is not None:
        return (f"{example.where}: found the answer {dict(answer)}, expected the error {example.expected_error}",)
    return tuple(_wrong_figures(example, answer))


def _wrong_error(example: PolicyExample, error: IpfinError) -> Iterator[str]:
    if error.code != example.expected_error or example.expected_text not in error.message:
        expected = example.expected_error or "an answer"
        yield f"{example.where}: found {error.code}: {error.message}, expected {expected} {example.expected_text}"


def _wrong_figures(example: PolicyExample, answer: Mapping[str, str]) -> Iterator[str]:
    for name, expected in example.expected.items():
        found = answer.get(name)
        if found is None or not _same(found, expected):
            yield f"{example.where}: {name}: found {found}, expected {expected}"


def _value(case: ExampleCase) -> Mapping[str, str]:
    """The policy's own values: those expected, or for a gap the one that the fact ``name`` names."""
    names = case.asked or (case.facts.need("name"),)
    return {name: _text(case.policy.value(name, on=case.on).value) for name in names}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _maximum_loan(case: ExampleCase) -> Mapping[str, str]:
    kind, value_fen = case.facts.need("asset_kind"), case.facts.fen("appraised_value_cny")
    rate = case.policy.value(f"pledge_rate_share.{kind}", on=case.on)
    cap = case.policy.value("loan_cap_cny", on=case.on).value if case.policy.has("loan_cap_cny") else None
    found = maximum_loan(
        value_fen,
        pledge_rate_share=Decimal(str(rate.value)),
        loan_cap_fen=None if cap is None else Money.from_text(str(cap)).fen,
    )
    return {"maximum_loan": Money(found.amount_fen).text, "binding": str(found.binding)}


def _example(policy: str, row: Mapping[str, Any], number: int, known: Collection[str]) -> PolicyExample:
    where = f"policy {policy}: examples.{row.get('id', number)}"
    if strange := sorted(set(row) - _KEYS):
        raise ReferenceDataError(f"{where}: found {', '.join(strange)}, expected some of {', '.join(sorted(_KEYS))}")
    question = _need(row, "question", str, where)
    if question not in known:
        raise ReferenceDataError(f"{where}: question: found {question!r}, expected one of {', '.join(known)}")
    title = _need(row, "title", dict, where)
    example = PolicyExample(
        id=_need(row, "id", str, where),
        title=Label(_need(title, "zh", str, f"{where}: title"), _need(title, "en", str, f"{where}: title")),
        on=_need(row, "on", datetime.date, where),
        question=question,
        facts=_need({"facts": {}, **row}, "facts", dict, where),
        arithmetic=_arithmetic(row, where),
        expected=_need({"expected": {}, **row}, "expected", dict, where),
        expected_error=row.get("expected_error"),
        expected_text=row.get("expected_text", ""),
        where=where,
    )
    _check_expectation(example)
    return example


def _arithmetic(row: Mapping[str, Any], where: str) -> tuple[LineOfArithmetic, ...]:
    lines = _need({"arithmetic": [], **row}, "arithmetic", list, where)
    return tuple(read_line(str(line), where=f"{where}: arithmetic.{number}") for number, line in enumerate(lines))


def _check_expectation(example: PolicyExample) -> None:
    if bool(example.expected) == (example.expected_error is not None):
        raise ReferenceDataError(f"{example.where}: found both or neither, expected one of expected, expected_error")
    if example.expected_error is not None and not example.expected_text:
        raise ReferenceDataError(f"{example.where}: found no 'expected_text', expected what the error must name")
    shown = {line.result for line in example.arithmetic}
    for name, figure in example.expected.items():
        if not isinstance(figure, str):
            raise ReferenceDataError(f"{example.where}: expected.{name}: found {figure!r}, expected a text")
        number = _number(figure)
        if number and number not in shown and example.question != "value":
            raise ReferenceDataError(
                f"{example.where}: expected.{name}: found {figure}, expected the end of a line of arithmetic"
            )


def _need(row: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    found = row.get(key)
    if type(found) is not kind:
        expected = {dict: "a table", list: "a list", datetime.date: "a date"}.get(kind, "a text")
        raise ReferenceDataError(f"{where}: {key}: found {found!r}, expected {expected}")
    return found


def _same(found: str, expected: str) -> bool:
    numbers = _number(found), _number(expected)
    return found == expected if None in numbers else numbers[0] == numbers[1]


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _plain(found: Any) -> Any:
    """A fact as JSON can hold it."""
    if isinstance(found, Mapping):
        return {name: _plain(each) for name, each in found.items()}
    return found if isinstance(found, bool | int | str) else str(found)
