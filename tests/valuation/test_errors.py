"""Does every error have a stable public code, and say field, found and expected?

Checked against: the tree printed at the top of valuation/errors.py.
"""

from __future__ import annotations

import re

import pytest

import valuation.errors as errors
from valuation.errors import FieldProblem, InputError, IpfinError, RefusalError, UnknownNameError

TREE = [getattr(errors, name) for name in errors.__all__ if isinstance(getattr(errors, name), type)]
ERRORS = [each for each in TREE if issubclass(each, Exception)]


def test_every_error_has_its_own_code() -> None:
    codes = [each.code for each in ERRORS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_error_stands_in_the_tree_under_its_parent() -> None:
    lines = (errors.__doc__ or "").splitlines()
    depth = {match[2]: len(match[1]) for line in lines if (match := re.match(r"([│├└─ ]*)(\w+Error)", line))}
    assert depth.keys() == {each.__name__ for each in ERRORS}
    for each in ERRORS:
        if each is not IpfinError:
            assert depth[each.__name__] == depth[each.__base__.__name__] + 4


@pytest.mark.parametrize("error", ERRORS)
def test_one_root_catches_them_all(error: type[IpfinError]) -> None:
    with pytest.raises(IpfinError, match="what happened") as raised:
        raise error("what happened")
    assert raised.value.problems == ()


def test_a_message_says_field_found_and_expected() -> None:
    error = InputError.from_problems([FieldProblem("a.b", "3", "a share"), FieldProblem("c", "nothing", "a value")])
    assert str(error) == "a.b: found 3, expected a share; c: found nothing, expected a value"
    assert [problem.field for problem in error.problems] == ["a.b", "c"]
    refusal = RefusalError.of("a", found=3, expected="less", advice="Lower it")
    assert str(refusal) == "a: found 3, expected less. Lower it"
    unknown = UnknownNameError.among("method", found="x", known=["b", "a"])
    assert str(unknown) == "method: found 'x', expected one of a, b"
