"""Does every block own its stream, whatever ran before it?

Checked against: NumPy's Philox with the same key (identity), and properties over seeds and blocks.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, Philox

from valuation.errors import InputError
from valuation.kernel.randomness import MAXIMUM_SEED, block_generator

SEEDS = st.integers(0, MAXIMUM_SEED)
BLOCKS = st.integers(0, 10**6)


@given(seed=SEEDS, blocks=st.lists(BLOCKS, min_size=2, max_size=5, unique=True))
def test_blocks_give_the_same_numbers_in_any_order(seed: int, blocks: list[int]) -> None:
    forwards = {block: block_generator(seed, block).random(8).tolist() for block in blocks}
    backwards = {block: block_generator(seed, block).random(8).tolist() for block in reversed(blocks)}
    assert forwards == backwards
    assert len({tuple(numbers) for numbers in forwards.values()}) == len(blocks), "each block its own stream"


@given(seed=st.integers(0, MAXIMUM_SEED - 1), block=BLOCKS)
def test_another_seed_gives_another_stream(seed: int, block: int) -> None:
    assert block_generator(seed, block).random(4).tolist() != block_generator(seed + 1, block).random(4).tolist()


def test_seed_and_block_are_not_interchangeable() -> None:
    assert block_generator(1, 2).random() != block_generator(2, 1).random()


def test_the_stream_is_philox_keyed_by_seed_and_block() -> None:
    expected = Generator(Philox(key=np.array([7, 3], dtype=np.uint64))).standard_normal(5)
    assert block_generator(7, 3).standard_normal(5).tolist() == expected.tolist()


@pytest.mark.parametrize(("seed", "block"), [(-1, 0), (0, -1), (MAXIMUM_SEED + 1, 0)])
def test_a_key_outside_the_range_is_refused(seed: int, block: int) -> None:
    with pytest.raises(InputError, match="seed"):
        block_generator(seed, block)
