"""Lives of loans from application to release or loss, with the arithmetic line by line.

Checked against: hand calculation beside each figure; the books of every party must balance and mirror each other after
every event.
"""

from __future__ import annotations

from typing import Any

import pytest

from pledge.history import Actor, journal, postings
from pledge.ledger import balances, mirror_differences, unbalanced_parties
from pledge.loan_errors import IllegalStepError, LaterEventIllegalError
from tests.pledge.loan_life import COVER, REPAYMENT, Life, day
from valuation.errors import RefusalError

POOL = Actor("chen", "pool_manager")
INSURER = Actor("zhou", "insurer")
PATENT: dict[str, Any] = {"asset": "patent-1", "asset_kind": "invention_patent", "title": "一种装置"}
VALUE: dict[str, Any] = {
    "asset": "patent-1",
    "appraised_value": "3000000.00",
    "value_basis": "appraised",
    "value_date": "2025-12-31",
    "pledge_rate_share": "0.4",
}


def pledged(life: Life, **changed: Any) -> Life:
    """A patent of 3,000,000.00 at a pledge rate of 40 %: 1,200,000.00 of lending value, registered on 12 January."""
    value = {**VALUE, **changed}
    asset = value["asset"]
    life.does("asset_proposed", "0104", **{**PATENT, "asset": asset})
    life.does("asset_verified", "0105", asset=asset, reason="register extract of 5 January")
    life.does("asset_valued", "0106", **value)
    life.does("asset_contract_signed", "0107", asset=asset, reason="contract 2026-1")
    life.does("asset_filed", "0108", asset=asset, reason="filing 77")
    return life.does("asset_registered", "0112", asset=asset, registration_number="Y2026")


def secured(**changed: Any) -> Life:
    """1,000,000.00 under a facility without any unsecured limit, drawn on 15 January against the patent."""
    cover = {**COVER, "unsecured_limit": "0.00"}
    return pledged(Life().agreed(cover=cover, **changed)).does("drawdown", "0115", amount="1000000.00")


def sound(life: Life) -> None:
    """The journal balances, mirrors, adds up to the fold, and says what the state of the loan says."""
    found = balances(journal(life.history))
    assert unbalanced_parties(found) == {}
    assert mirror_differences(found) == {}
    assert found == balances(postings(life.history))
    loan = life.last
    control = loan.control_balances()
    assert {account: found.get(account, 0) for account in control} == control
    total = loan.principal_repaid_fen + loan.outstanding_fen + loan.principal_written_off_fen
    assert total + loan.principal_transferred_fen == loan.principal_drawn_fen + loan.interest_capitalised_fen


def test_default_and_a_claim_on_the_pool() -> None:
    """Nothing is paid; the loan is called; the pool pays in advance and settles; the patent is sold."""
    life = secured()
    # 15 January to 15 February: 31 days × 1,000,000.00 × 3.6 % / 360 = 31 × 100.00.
    assert life.on("0215").due_interest_fen == 3_100_00
    # 15 February to 15 March: 28 days.
    life.does("loan_called", "0325", reason="two instalments unpaid")
    loan = life.on("0325")
    # Ten more days to the call: 1,000.00. All of it: 3,100.00 + 2,800.00 + 1,000.00 = 6,900.00.
    assert (loan.due_principal_fen, loan.due_interest_fen) == (1_000_000_00, 6_900_00)
    # The principal is late from 25 March on; before, only interest was, and the contract compounds nothing.
    assert loan.late_interest_fen == 0
    life.does("claim_filed", "0401", party="pool", claimed="400000.00")
    life.does("claim_accepted", "0405", made_by=POOL, party="pool", reason="article 9")
    life.does("claim_prepaid", "0410", made_by=POOL, party="pool", amount="250000.00")
    # Late interest 25 March to 10 April: 16 days × 1,000,000.00 × 5.4 % / 360 = 16 × 150.00; an advance changes
    # nothing on what the borrower owes the bank.
    assert life.on("0410").late_interest_fen == 2_400_00
    assert life.on("0410").outstanding_fen == 1_000_000_00
    sound(life)
    life.does("claim_settled", "0420", made_by=POOL, party="pool", compensation="400000.00")
    found = balances(journal(life.history))
    assert found["pool", "cash"] == -400_000_00
    assert found["pool", "subrogated_claim"] == 400_000_00
    assert found["borrower", "owed_to_pool"] == -400_000_00
    assert ("pool", "advance_to_bank") not in found
    # The bank's own principal is 600,000.00 now: 90.00 of late interest a day. 26 days at 150.00 before.
    assert life.on("0420").late_interest_fen == 3_900_00
    assert life.on("0430").late_interest_fen == 3_900_00 + 10 * 90_00
    with pytest.raises(IllegalStepError, match="Record a recovery instead"):
        life.does("repayment", "0430", amount="1000.00")
    life.does("asset_enforced", "0430", asset="patent-1", title_of_enforcement="judgement 2026-8")
    life.does("asset_sold", "0430", asset="patent-1", buyer="a firm", price="520000.00", costs="8300.00")
    # 520,000.00 − 8,300.00 costs − 4,800.00 late interest − 6,900.00 interest = 500,000.00 for principal, shared
    # 600 : 400 between bank and pool: 300,000.00 and 200,000.00.
    loan = life.on("0430")
    assert (loan.open_costs_fen, loan.late_interest_fen, loan.due_interest_fen) == (0, 0, 0)
    assert loan.outstanding_fen == 300_000_00
    assert loan.claims["pool"].subrogated_fen == 200_000_00
    sound(life)
    life.does("recovery_passed_on", "0505", party="pool", amount="200000.00")
    found = balances(journal(life.history))
    assert found["pool", "cash"] == -200_000_00
    # 1 May to 10 May: ten days × 300,000.00 × 5.4 % / 360 = 10 × 45.00.
    life.does("written_off", "0510", ground="nothing more can be enforced")
    loan = life.on("0510")
    assert (loan.principal_written_off_fen, loan.interest_written_off_fen) == (300_000_00, 450_00)
    assert loan.owed_fen == 300_000_00 + 450_00 + 200_000_00
    found = balances(journal(life.history))
    assert found["bank", "write_off_loss"] == 300_450_00
    assert ("bank", "loan_principal") not in found
    assert found["borrower", "owed_principal"] == -300_000_00
    sound(life)
    # A year later 1,450.00 come back: 450.00 of interest first, 1,000.00 of principal 3 : 2.
    life.does("recovery", "20270510", amount="1450.00", origin="a garnishment")
    loan = life.on("20270510")
    assert loan.interest_written_off_fen == 0
    assert loan.principal_written_off_fen == 299_400_00
    assert loan.claims["pool"].subrogated_fen == 199_600_00
    # drawn 1,000,000.00 = repaid (500,000.00 + 1,000.00) + written off 299,400.00 + transferred 199,600.00.
    assert loan.principal_repaid_fen == 501_000_00
    sound(life)


def test_a_pool_that_advanced_too_much_gets_the_rest_back() -> None:
    life = secured().does("loan_called", "0325", reason="a false statement")
    life.does("claim_filed", "0401", party="pool", claimed="400000.00")
    life.does("claim_accepted", "0405", made_by=POOL, party="pool", reason="article 9")
    life.does("claim_prepaid", "0410", made_by=POOL, party="pool", amount="400000.00")
    life.does("claim_settled", "0420", made_by=POOL, party="pool", compensation="380000.00")
    found = balances(journal(life.history))
    assert found["pool", "cash"] == -380_000_00
    assert life.on("0420").outstanding_fen == 620_000_00
    sound(life)


def test_a_claim_settled_after_the_write_off() -> None:
    life = secured().does("loan_called", "0325", reason="insolvency of the borrower")
    life.does("written_off", "0326", ground="court order")
    life.does("claim_filed", "0401", party="insurer", claimed="400000.00")
    life.does("claim_accepted", "0405", made_by=INSURER, party="insurer", reason="policy 12")
    life.does("claim_prepaid", "0410", made_by=INSURER, party="insurer", amount="100000.00")
    life.does("claim_settled", "0420", made_by=INSURER, party="insurer", compensation="400000.00")
    found = balances(journal(life.history))
    assert found["bank", "recovery_income"] == -400_000_00
    assert found["bank", "written_off_principal"] == 600_000_00
    sound(life)


def test_a_right_taken_for_the_debt_pays_like_money() -> None:
    life = secured().does("loan_called", "0325", reason="unpaid interest")
    life.does("asset_enforced", "0325", asset="patent-1", title_of_enforcement="agreement")
    life.does("asset_taken_for_debt", "0325", asset="patent-1", agreed_value="706900.00")
    # 706,900.00 − 6,900.00 interest = 700,000.00 of principal; the bank holds a patent instead of money.
    found = balances(journal(life.history))
    assert life.on("0325").outstanding_fen == 300_000_00
    assert found["bank", "foreclosed_right"] == 706_900_00
    assert found["bank", "cash"] == -1_000_000_00
    sound(life)


def test_a_loan_that_is_paid_as_agreed_ends_settled_and_its_pledge_released() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 2})
    life.does("repayment", "0215", amount="3100.00")
    with pytest.raises(IllegalStepError, match="a lending value short by"):
        life.does("asset_released", "0216", asset="patent-1")
    life.does("repayment", "0315", amount="1002800.00")
    assert life.on("0315").facility_state == "settled"
    assert life.on("0315").owed_fen == 0
    life.does("asset_released", "0316", asset="patent-1")
    assert life.on("0316").lending_value_fen == 0
    assert [due.settled_on for due in life.on("0316").notes[0].dues] == [
        due.due_date for due in life.last.notes[0].dues
    ]
    sound(life)


# --- cover ----------------------------------------------------------------------------------------


def test_no_money_before_registration_without_an_explicit_unsecured_limit() -> None:
    life = Life().agreed(cover={**COVER, "unsecured_limit": "200000.00"})
    with pytest.raises(IllegalStepError, match=r"an exposure of 200000\.01, expected at most 200000\.00"):
        life.does("drawdown", "0110", amount="200000.01")
    life.does("drawdown", "0110", amount="200000.00")
    pledged(life)
    # Registered on the 12th: the lending value of 1,200,000.00 counts from that day, not from the contract.
    with pytest.raises(IllegalStepError, match="an exposure of"):
        life.does("drawdown", "0111", amount="0.01", note=2)
    life.does("drawdown", "0112", amount="800000.00", note=2)
    assert life.on("0112").outstanding_fen == 1_000_000_00


def test_mixed_pledge_rates_count_right_by_right() -> None:
    life = pledged(pledged(Life().agreed()), asset="mark-1", appraised_value="1000000.00", pledge_rate_share="0.25")
    # 3,000,000.00 × 0.4 + 1,000,000.00 × 0.25
    assert life.on("0112").lending_value_fen == 1_450_000_00


def test_a_call_stands_until_value_after_pledge_rate_covers() -> None:
    life = secured()
    life.does("asset_revalued", "0301", **{**VALUE, "value_date": "2026-03-01", "appraised_value": "2000000.00"})
    # 2,000,000.00 × 0.4 = 800,000.00 against 1,000,000.00: 200,000.00 short.
    assert life.on("0301").shortfall_fen() == 200_000_00
    with pytest.raises(IllegalStepError, match=r"at least 200000\.00"):
        life.does("cover_call_issued", "0302", amount="199999.99")
    life.does("cover_call_issued", "0302", amount="200000.00")
    # A new value of 1,100,000.00 exceeds the loan gross; after the pledge rate it covers 440,000.00 only.
    life.does("asset_revalued", "0310", **{**VALUE, "value_date": "2026-03-10", "appraised_value": "1100000.00"})
    with pytest.raises(IllegalStepError, match=r"short by 560000\.00 after pledge rate"):
        life.does("cover_call_cured", "0311", means="a new appraisal")
    assert life.on("0311").call is not None and life.on("0311").call.amount_fen == 200_000_00
    life.does("cover_call_increased", "0312", amount="560000.00")
    # 2,400,000.00 × 0.4 = 960,000.00: less is short than was called for, and the call stays as it was issued.
    life.does("asset_revalued", "0315", **{**VALUE, "value_date": "2026-03-15", "appraised_value": "2400000.00"})
    assert life.on("0315").call.amount_fen == 560_000_00
    with pytest.raises(IllegalStepError, match="expected something short after 2026-04-01"):
        life.does("cover_call_escalated", "0401", reason="not cured")
    life.does("cover_call_escalated", "0402", reason="not cured")
    life.does("cover_call_reduced", "0403", amount="40000.00", reason="the board agrees")
    life.does("asset_revalued", "0405", **{**VALUE, "value_date": "2026-04-05", "appraised_value": "2500000.00"})
    life.does("cover_call_cured", "0406", means="a new appraisal")
    assert life.on("0406").cover_stage == "cured"


def revalued(life: Life, on: str, appraised: str) -> str:
    """Value the right anew and tell the state of the cover at the end of that day."""
    dated = {"value_date": day(on).isoformat(), "appraised_value": appraised}
    life.does("asset_revalued", on, **{**VALUE, **dated})
    return life.on(on).cover_stage


@pytest.mark.parametrize(("buffer", "between"), [("0", "covered"), ("0.1", "warning")])
def test_a_warning_does_not_come_and_go(buffer: str, between: str) -> None:
    """1,000,000.00 are owed; a warning below 1.2 of it, and with a buffer of 0.1 until 1.3 is reached.

    2,900,000.00 × 0.4 = 1,160,000.00 warns; 3,100,000.00 × 0.4 = 1,240,000.00 lies between; 3,250,000.00 × 0.4 is 1.3.
    """
    cover = {**COVER, "unsecured_limit": "0.00", "warning_buffer_share": buffer}
    life = pledged(Life().agreed(cover=cover)).does("drawdown", "0115", amount="1000000.00")
    assert life.on("0120").cover_stage == "covered"
    assert revalued(life, "0201", "2900000.00") == "warning"
    assert revalued(life, "0301", "3100000.00") == between
    assert life.on("0315").cover_stage == between
    assert revalued(life, "0401", "3250000.00") == "covered"
    assert revalued(life, "0501", "3100000.00") == "covered"


def test_a_right_worth_nothing_covers_nothing() -> None:
    life = secured()
    life.does("asset_revalued", "0301", **{**VALUE, "value_date": "2026-03-01", "appraised_value": "0.00"})
    assert life.on("0301").shortfall_fen() == 1_000_000_00
    life.does("asset_extinguished", "0302", asset="patent-1", reason="annuity unpaid")
    assert life.on("0302").shortfall_fen() == 1_000_000_00


def test_a_refused_registration_covers_nothing_and_may_be_filed_again() -> None:
    life = Life().agreed()
    life.does("asset_proposed", "0104", **PATENT)
    life.does("asset_verified", "0105", asset="patent-1", reason="register extract")
    life.does("asset_valued", "0106", **VALUE)
    life.does("asset_contract_signed", "0107", asset="patent-1", reason="contract 2026-1")
    life.does("asset_filed", "0108", asset="patent-1", reason="filing 77")
    life.does("asset_registration_refused", "0112", asset="patent-1", reason="annuity unpaid")
    assert life.on("0112").lending_value_fen == 0
    assert life.on("0112").rights["patent-1"].remark == "annuity unpaid"
    life.does("asset_filed", "0115", asset="patent-1", reason="filing 78")
    life.does("asset_registered", "0120", asset="patent-1", registration_number="Y2026")
    assert life.on("0120").lending_value_fen == 1_200_000_00


# --- rates ----------------------------------------------------------------------------------------


def test_a_floating_rate_is_reset_inside_a_period() -> None:
    rate = {"kind": "floating", "tenor": "one_year", "spread_bp": "60", "reset": {"kind": "each_january"}}
    life = Life().agreed(rate=rate).does("drawdown", "0115", amount="1000000.00", reference_rate_share="0.03")
    life.does("rate_reset", "0125", reference_rate_share="0.0264")
    # Ten days at 3.6 %: 1,000.00. Then 21 days at 3.24 %: 1,000,000.00 × 0.0324 × 21 / 360 = 1,890.00.
    assert life.on("0125").accrued_undue_fen == 1_000_00
    assert life.on("0215").due_interest_fen == 2_890_00
    sound(life)


# --- amendments -----------------------------------------------------------------------------------


def test_a_prepayment_on_a_due_date_comes_after_what_is_due() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 3})
    with pytest.raises(IllegalStepError, match=r"3100\.00 due, expected nothing due"):
        life.does("prepayment", "0215", amount="400000.00", terms={"principal": "400000.00", "keep": "term"})
    life.does("repayment", "0215", amount="3100.00")
    life.does("prepayment", "0215", amount="400000.00", terms={"principal": "400000.00", "keep": "term"})
    # 15 February to 15 March on 600,000.00: 28 days × 60.00.
    assert life.on("0315").due_interest_fen == 28 * 60_00
    assert life.on("0315").outstanding_fen == 600_000_00
    sound(life)


def test_a_prepayment_inside_a_period_with_the_interest_of_its_part_and_a_fee() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 3})
    terms = {"principal": "400000.00", "keep": "term", "interest": "with_prepayment", "fee_share": "0.01"}
    # Ten days × 100.00 accrued; of it 40 % go with the part: 400.00. Fee 1 % of 400,000.00: 4,000.00.
    with pytest.raises(IllegalStepError, match=r"404400\.00: principal 400000\.00, interest 400\.00, fee 4000\.00"):
        life.does("prepayment", "0125", amount="404400.01", terms=terms)
    life.does("prepayment", "0125", amount="404400.00", terms=terms)
    assert life.on("0125").accrued_undue_fen == 600_00
    # Then 21 days × 60.00 on what is left, with the 600.00 of before.
    assert life.on("0215").due_interest_fen == 600_00 + 21 * 60_00
    sound(life)


def test_a_loan_may_be_paid_back_on_the_day_it_was_drawn() -> None:
    life = secured().does("prepayment", "0115", amount="1000000.00", terms={})
    assert life.last.facility_state == "settled"
    assert life.on("0301").owed_fen == 0
    assert balances(journal(life.history, closed_to=life.on("0301").day)) == {}
    sound(life)


def test_everything_is_paid_early_with_the_interest_to_the_day() -> None:
    life = secured().does("prepayment", "0125", amount="1001000.00", terms={})
    assert life.last.facility_state == "settled"
    assert balances(journal(life.history))["bank", "interest_income"] == -1_000_00
    sound(life)


def test_an_extension_moves_the_maturity_and_leaves_what_accrued() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 2})
    life.does("repayment", "0215", amount="3100.00")
    life.does("extension", "0305", terms={"extra_periods": 2})
    # The principal was due on 15 March; it is now due on 15 May. Interest goes on: 28, 31 and 30 days.
    assert life.on("0315").outstanding_fen == 1_000_000_00
    assert [due.interest_due_fen for due in life.on("0515").notes[0].dues] == [3_100_00, 2_800_00, 3_100_00, 3_000_00]
    assert life.on("0514").due_principal_fen == 0
    assert life.on("0515").due_principal_fen == 1_000_000_00
    # A short-term loan may be extended by its own term of two months altogether, and that is used up.
    with pytest.raises(RefusalError, match="at most 2 months together"):
        life.does("repayment", "0315", amount="2800.00").does("extension", "0320", terms={"extra_periods": 1})
    sound(life)


CONDITIONS = {
    "lawful_operation": True,
    "good_credit": True,
    "willing_to_repay": True,
    "meets_lending_conditions": True,
    "old_loan_normal": True,
}


def test_a_renewal_carries_the_principal_into_a_new_drawing() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 2}).does("repayment", "0215", amount="3100.00")
    new = {"conditions": CONDITIONS, "period_count": 3, "annual_rate_share": "0.018", "form": "interest_only"}
    with pytest.raises(RefusalError, match="good_credit"):
        worse = {**new, "conditions": {**CONDITIONS, "good_credit": False}}
        life.does("renewal", "0310", new_note=2, amount="2300.00", terms=worse)
    # 15 February to 10 March: 23 days × 100.00.
    life.does("renewal", "0310", new_note=2, amount="2300.00", terms=new)
    loan = life.on("0310")
    assert [note.outstanding_fen for note in loan.notes] == [0, 1_000_000_00]
    assert (loan.principal_repaid_fen, loan.principal_drawn_fen) == (0, 1_000_000_00)
    # 10 March to 10 April at 1.8 %: 31 days × 50.00.
    assert life.on("0410").due_interest_fen == 31 * 50_00
    sound(life)


def test_a_holiday_whose_interest_is_added_to_the_principal() -> None:
    life = secured(repayment={**REPAYMENT, "form": "equal_principal", "period_count": 4})
    terms = {"periods": 1, "meaning": "interest_capitalised", "maturity": "kept"}
    life.does("payment_holiday", "0115", terms=terms)
    # 31 days × 100.00 are added on 15 February; nothing is due.
    loan = life.on("0215")
    assert (loan.due_fen, loan.outstanding_fen, loan.interest_capitalised_fen) == (0, 1_003_100_00, 3_100_00)
    # Then a third of 1,003,100.00 each month: 334,366.67.
    assert life.on("0315").due_principal_fen == 334_366_67
    life.does("end_of_day", "0315")
    sound(life)


def test_a_restructured_loan_is_watched_and_what_was_overdue_stays_due() -> None:
    life = secured(repayment={**REPAYMENT, "period_count": 3})
    terms = {"extra_periods": 3, "annual_rate_share": "0.018"}
    life.does("restructuring", "0301", terms=terms, difficulty="orders fell away")
    loan = life.on("0301")
    assert loan.due_interest_fen == 3_100_00
    # At least two repayment periods and a year: 1 March 2027.
    assert str(loan.watched_until) == "2027-03-01"
    # 14 days × 100.00 and then 14 days × 50.00 to 15 March.
    assert life.on("0315").notes[0].dues[-1].interest_due_fen == 14 * 100_00 + 14 * 50_00
    sound(life)


def test_a_drawing_recorded_late_changes_nothing_on_what_others_refer_to() -> None:
    life = Life().agreed().does("drawdown", "0120", amount="500000.00")
    life.does("prepayment", "0125", amount="100000.00", note=1, terms={"principal": "100000.00", "keep": "term"})
    with pytest.raises(IllegalStepError, match="found 1, expected a number other than 1"):
        life.does("drawdown", "0126", amount="1.00")
    life.does("drawdown", "0110", amount="300000.00", note=2)
    assert {note.number: note.outstanding_fen for note in life.last.notes} == {1: 400_000_00, 2: 300_000_00}
    # The same number for a drawing of an earlier day would take it from the one recorded for a later day.
    with pytest.raises(LaterEventIllegalError, match=r"event 4 \(drawdown on 2026-01-20\)"):
        life.does("drawdown", "0111", amount="1.00")
    sound(life)
