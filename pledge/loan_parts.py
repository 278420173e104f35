"""What was agreed on a loan and what is pledged for it: the parts of a loan that events set as a whole."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from pledge.allocation import DebtKind
from pledge.late_interest import LateTerms
from pledge.machines.pledged_asset import SECURING_STATES
from pledge.pledged_asset import AssetKind
from pledge.rates import FixedRate, FloatingRate
from valuation.kernel.fields import FrozenModel
from valuation.kernel.money import Rounding

__all__ = ["Facility", "Right"]

_BASIS_POINT = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Facility:
    """What was agreed (授信): the limit, how it is repaid, and what follows from lateness and thin cover.

    Cover limits are shares of the exposure that the lending value (value after pledge rate) must reach:
    below ``warning_share`` a warning, below ``call_share`` a call. ``unsecured_limit_fen`` may be drawn before
    any pledge is registered; ``other_cover_fen`` is covered by something else (a guarantee) at all times.
    ``valuation_validity_months`` and ``life_margin_months``: how old a valuation may be and how long a right must
    outlive the debt to count as cover; None where that was not agreed. ``warning_buffer_share``: a warning ends only
    when the lending value has reached ``warning_share`` and this much more, so that it does not come and go.
    """

    limit_fen: int
    available_until: datetime.date
    form: str
    form_parameters: FrozenModel
    period_months: int
    period_count: int
    day_count: str
    interest_rounding: Rounding
    instalment_rounding: Rounding
    due_date_convention: str
    rate: FixedRate | FloatingRate
    late_terms: LateTerms
    allocation: tuple[tuple[DebtKind, ...], ...]
    warning_share: Decimal
    call_share: Decimal
    cure_days: int
    unsecured_limit_fen: int
    other_cover_fen: int
    valuation_validity_months: int | None = None
    life_margin_months: int | None = None
    warning_buffer_share: Decimal = Decimal(0)

    def rate_with(self, reference_rate_share: Decimal) -> Decimal:
        """The yearly rate of a floating facility at a fixing of its reference rate."""
        assert isinstance(self.rate, FloatingRate), "a fixed rate has no reference"
        return reference_rate_share + self.rate.spread_bp * _BASIS_POINT


@dataclass(frozen=True, kw_only=True)
class Right:
    """A pledged asset: its state, its value, and the share of the value the bank lends on."""

    id: str
    kind: AssetKind
    title: str
    state: str
    appraised_fen: int | None = None
    pledgee_value_fen: int | None = None
    value_basis: str = "appraised"
    value_date: datetime.date | None = None
    pledge_rate_share: Decimal | None = None
    registration_number: str | None = None
    registered_on: datetime.date | None = None
    remark: str | None = None
    expiry_date: datetime.date | None = None
    proceeds_fen: int = 0

    @property
    def value_fen(self) -> int:
        """The value lent on: the pledgee value where the valuation says so, else the appraised value."""
        chosen = self.pledgee_value_fen if self.value_basis == "pledgee" else self.appraised_fen
        return chosen or 0

    @property
    def is_securing(self) -> bool:
        """Does the pledge exist: was it registered, and not yet released or sold?"""
        return self.state in SECURING_STATES
