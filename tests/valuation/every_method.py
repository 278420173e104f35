"""A complete request for every method of the catalogue, whichever file it comes from."""

from __future__ import annotations

import copy
from collections.abc import Callable

from tests.valuation import method_samples
from tests.valuation.asking import Data, cost, market, option, relief
from tests.valuation.market import samples as market_samples
from tests.valuation.market.samples import setting
from tests.valuation.options import samples as option_samples
from valuation.catalogue import methods
from valuation.kernel.conclusion import Conclusion
from valuation.kernel.fields import parse
from valuation.uncertainty.sampling import Uncertainty

OTHERS: dict[str, Callable[[], Data]] = {
    "relief_from_royalty": relief,
    "replacement_cost": cost,
    "comparable_transactions": market,
    "launch_option": option,
}
SAMPLES: dict[str, Callable[[], Data]] = (
    method_samples.SAMPLES | market_samples.SAMPLES | option_samples.SAMPLES | OTHERS
)

#: Figures that must add up to one with others and are not drawn alone.
NOT_DRAWN = ("probability_share",)
#: A lattice has fewer steps where it is solved for many draws at once: how far its answers may then lie apart.
COARSE = option_samples.COARSE


def sample(method: str) -> Data:
    """The complete inputs of one method."""
    return copy.deepcopy(SAMPLES[method]())


def valued(method: str, inputs: Data, *, uncertainty: Uncertainty | None = None) -> Conclusion:
    """What a method concludes on its own, also where that is no amount of money."""
    found = methods()[method]
    return found.value(parse(found.inputs_model, inputs), setting(), sources={}, uncertainty=uncertainty)
