"""What is offered as security, and what has been said about it?

Every fact may be left out. A fact that is left out is not assumed: the rule that needs it says so, and the
right is not eligible until somebody states it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from valuation.kernel.fields import Day, FrozenModel, Identifier, NonNegativeMoneyText, StrictBool
from valuation.kernel.labels import Label

__all__ = ["ASSET_KINDS", "PATENT_KINDS", "REGISTERED_KINDS", "AssetKind", "PledgedAsset"]

AssetKind = Literal[
    "invention_patent",
    "utility_model",
    "design_patent",
    "trademark",
    "copyright",
    "software_copyright",
    "plant_variety",
]
#: The kinds of right that can be pledged here; a policy names those it lends on.
ASSET_KINDS: dict[AssetKind, Label] = {
    "invention_patent": Label("发明专利", "invention patent"),
    "utility_model": Label("实用新型专利", "utility model"),
    "design_patent": Label("外观设计专利", "design patent"),
    "trademark": Label("注册商标专用权", "trademark"),
    "copyright": Label("著作权", "copyright"),
    "software_copyright": Label("计算机软件著作权", "software copyright"),
    "plant_variety": Label("植物新品种权", "plant variety right"),
}
PATENT_KINDS: frozenset[AssetKind] = frozenset({"invention_patent", "utility_model", "design_patent"})
#: Rights that exist only once an office has granted or registered them; copyright comes into being with the work.
REGISTERED_KINDS: frozenset[AssetKind] = PATENT_KINDS | {"trademark", "plant_variety"}


class PledgedAsset(FrozenModel):
    """A right offered as security: what it is appraised at, and the facts that registration asks for.

    Attributes
    ----------
    kind : one of :data:`ASSET_KINDS`.
    appraised_value, appraised_on : the market value of the appraisal, in yuan, and the day it refers to.
    pledgee_value : what the right would bring a lender who must sell it, in yuan, if it was appraised.
    valuation_id, appraisal_digest : which valuation the value comes from, for the file.
    expiry_date : the last day of protection.
    granted : the right is granted, not only applied for.
    in_force : it has neither lapsed nor been invalidated.
    annuity_paid : no annuity is due and unpaid (patents and plant varieties).
    pledgor_is_registered_owner : the pledgor is the owner in the register.
    co_owned, co_owners_agree : whether there are co-owners, and whether all agreed (or need not).
    already_pledged : a pledge is registered and in force.
    preservation_or_dispute : suspended by an ownership dispute or by a court.
    invalidation_proceedings : a request to invalidate the right is pending.
    same_day_invention_filing : for a utility model: an invention was filed on the same day.
    parties_insist_after_notice : the explicit word of both parties that they want the registration although told of
        whichever of the last two is the case.
    contract_sound : an officer has read the pledge contract and found what it must say; left out before there is one.
    no_other_obstacle : an officer has looked for other obstacles and found none.
    similar_marks_included : for a trademark: the owner's identical and similar marks on the same or similar goods are
        pledged with it, or there are none.
    earlier_licences_listed : for copyright: licences granted before the pledge are listed, or there are none.
    used_since : for a trademark: since when it is used.
    """

    kind: AssetKind
    title: Annotated[str, Field(max_length=200)] | None = None
    appraised_value: NonNegativeMoneyText
    appraised_on: Day
    pledgee_value: NonNegativeMoneyText | None = None
    valuation_id: Identifier | None = None
    appraisal_digest: Identifier | None = None
    expiry_date: Day | None = None
    granted: StrictBool | None = None
    in_force: StrictBool | None = None
    annuity_paid: StrictBool | None = None
    pledgor_is_registered_owner: StrictBool | None = None
    co_owned: StrictBool | None = None
    co_owners_agree: StrictBool | None = None
    already_pledged: StrictBool | None = None
    preservation_or_dispute: StrictBool | None = None
    invalidation_proceedings: StrictBool | None = None
    same_day_invention_filing: StrictBool | None = None
    parties_insist_after_notice: StrictBool | None = None
    contract_sound: StrictBool | None = None
    no_other_obstacle: StrictBool | None = None
    similar_marks_included: StrictBool | None = None
    earlier_licences_listed: StrictBool | None = None
    used_since: Day | None = None
