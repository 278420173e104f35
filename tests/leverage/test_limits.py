"""The lesser of a multiple and an amount; shares of amounts; the whole behind a share. Expected values by hand."""

from decimal import Decimal

import pytest

from leverage.limits import Limit, lesser_of, share_of, whole_behind_share
from valuation.errors import InputError


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        (None, Limit(2500, "multiple")),
        (3000, Limit(2500, "multiple")),
        (2500, Limit(2500, "both")),
        (2000, Limit(2000, "amount_cap")),
    ],
)
def test_the_lesser_limit_binds_and_says_so(cap: int | None, expected: Limit) -> None:
    assert lesser_of(multiple=Decimal("2.5"), base_fen=1000, amount_cap_fen=cap) == expected


@pytest.mark.parametrize(("multiple", "base", "cap"), [("0", 1, None), ("-1", 1, None), ("1", -1, None), ("1", 1, -1)])
def test_a_limit_without_sense_is_refused(multiple: str, base: int, cap: int | None) -> None:
    with pytest.raises(InputError):
        lesser_of(multiple=Decimal(multiple), base_fen=base, amount_cap_fen=cap)


def test_a_share_of_a_share_is_rounded_down_once() -> None:
    assert share_of(1001, Decimal("0.5"), Decimal("0.999")) == 499  # 499.9995


def test_the_whole_behind_a_share_is_rounded_to_the_nearest_fen() -> None:
    assert whole_behind_share(100, share=Decimal("0.3"), field="share") == 333
    assert whole_behind_share(200, share=Decimal("0.3"), field="share") == 667


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01"])
def test_a_share_outside_zero_to_one_is_refused_by_name(share: str) -> None:
    with pytest.raises(InputError, match=r"terms\.share"):
        whole_behind_share(100, share=Decimal(share), field="terms.share")
