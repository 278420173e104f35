"""A scenario on many paths: against the instruments' ledgers, laws in closed form, hand calculation, and itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.leverage.runs import asked, equity, pool, simulated
from valuation.errors import InputError, RefusalError


def test_the_pool_on_average_by_hand() -> None:
    """Banks lend 6亿; 0.1 × 0.6 of it is lost on average, of which the pool pays half: 0.18亿."""
    answer = simulated(asked(pool(), paths=4000)).alternatives[0]
    loss = answer.principal.expected_loss
    assert abs(loss.value - 18_000_000) < 4 * loss.error
    assert answer.to_firms.mean.value == 600_000_000
    assert [row.to_firms.mean.value for row in answer.years] == [600_000_000, 0]


def test_alternatives_run_on_the_same_numbers_and_place_decides_not_the_instrument() -> None:
    alone = simulated(asked(equity())).paths.allocations["way_1"]["direct_equity"]
    beside = simulated(asked(pool(), equity())).paths.allocations["way_2"]["direct_equity"]
    assert np.array_equal(alone.back, beside.back)


def test_no_bit_depends_on_the_workers() -> None:
    data = asked(pool(), equity(), paths=9000)
    one = simulated(data)
    with ThreadPoolExecutor(2) as executor:
        two = simulated(data, executor=executor)
    assert one.as_document() == two.as_document()
    assert np.array_equal(one.paths.net("way_2"), two.paths.net("way_2"))


def test_a_run_can_be_followed_and_stopped() -> None:
    steps: list[tuple[int, int]] = []
    simulated(asked(pool(), paths=5000), progress=lambda done, whole: steps.append((done, whole)))
    assert steps == [(4096, 5000), (5000, 5000)]
    with pytest.raises(RefusalError, match="cancelled after 0 of 5000"):
        simulated(asked(pool(), paths=5000), is_cancelled=lambda: True)


def test_a_course_says_when_and_is_needed() -> None:
    with pytest.raises(InputError, match=r"loss_compensation_pool\.course: found nothing, expected a course"):
        simulated(asked(pool(course=None)))


def test_the_document_has_no_money_as_number() -> None:
    document = simulated(asked(pool(), equity())).as_document()
    first, second = document["alternatives"]
    assert first["to_firms"]["mean"] == "600000000.00"
    assert second["difference"]["to_firms"] == {"mean": "-480000000.00", "standard_error": "0.00"}
    assert first["difference"] is None
    assert len(document["digest"]) == 64
