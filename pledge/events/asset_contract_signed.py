"""签订质押合同: the written pledge contract over a valued right is signed; the reason names it."""

from __future__ import annotations

from pledge.events._plain_steps import right_step
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]

EVENT_KIND = right_step("asset_contract_signed", Label("签订质押合同", "pledge contract signed"), action="sign")
