"""签订质押合同: the written pledge contract over a valued right is signed."""

from __future__ import annotations

from pledge.event_kind import Event, EventKind, Outcome
from pledge.events._payload import Text
from pledge.events._rights import moved
from pledge.loan import Loan
from valuation.kernel.fields import FrozenModel, Identifier
from valuation.kernel.labels import Label

__all__ = ["EVENT_KIND"]


class AssetContractSigned(FrozenModel):
    """Which right, and the number of the contract."""

    asset: Identifier
    contract_number: Text


def _apply(loan: Loan, event: Event, payload: AssetContractSigned) -> Outcome:
    return moved(loan, payload.asset, before=("valued",), after="contract_signed"), ()


EVENT_KIND = EventKind(
    id="asset_contract_signed",
    label=Label("签订质押合同", "pledge contract signed"),
    payload=AssetContractSigned,
    roles=frozenset({"loan_officer"}),
    approver_roles=frozenset({"approver"}),
    apply=_apply,
)
