"""The life of a pledge loan on a screen: what happened, how it stands, what is due, and every party's books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.render.grids import Grid, Heading, Lines, Section, grouped
from pledge.event_kind import event_kinds
from valuation.kernel.labels import Language

__all__ = ["chain_sections", "closing_sections", "pledge_loan_sections"]

_ZERO = "0.00"


def pledge_loan_sections(document: Mapping[str, Any], *, language: Language) -> Iterator[Section]:
    """Everything an officer and an auditor read of a loan, in the order of reading."""
    state = document["state"]
    yield Heading(f"质押贷款 Pledge loan — {document['title']} [{document['loan']}]")
    yield Lines(
        (
            f"截至 as of {state['as_of']}（日终 end of the day）",
            f"申请 application：{_named(state['application'], language)}",
            f"授信 facility：{_named(state['facility'], language)}",
            f"担保覆盖 cover：{_named(state['cover'], language)}",
            f"逾期 overdue：{state['overdue_days']} 天 days",
        )
    )
    yield _events(document["events"], language)
    yield _amounts(state)
    yield from _assets(document["cover"], language)
    yield from _plan(document["schedule"])
    yield from _claims(document["claims"], language)
    yield from _books(document["ledger"], language)


def chain_sections(found: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    """What the check of the chains of events found, loan by loan."""
    yield Heading("事项链核验 Chains of events")
    rows = tuple(
        (
            each["loan"],
            str(each["events"]),
            "完整 intact" if each["is_intact"] else "被改动 broken",
            each["detail"] or "",
        )
        for each in found
    )
    yield Grid(
        ("贷款 Loan", "事项 Events", "结论 Finding", "说明 Detail"), rows, texts=frozenset({2, 3}), codes=frozenset({0})
    )
    yield Lines((f"贷款 loans: {len(found)}", f"被改动 broken: {sum(not each['is_intact'] for each in found)}"))


def _finding(found: Mapping[str, Any]) -> str:
    return "完整 intact" if found["is_intact"] else "被改动 broken"


def closing_sections(report: Mapping[str, Any]) -> Iterator[Section]:
    """What the end of a day did."""
    yield Heading(f"日终 End of day — {report['business_date']}")
    yield Lines((f"贷款 loans: {report['loans']}", f"处理天数 days run: {report['days']}"))
    rows = tuple((each["loan"], each["error"]) for each in report["failed"])
    yield Grid(("失败 Failed", "原因 Why"), rows, texts=frozenset({1}), codes=frozenset({0}))


def _named(state: Mapping[str, Any], language: Language) -> str:
    label = state["label"]
    return state["state"] if label is None else f"{label[language]} [{state['state']}]"


def _events(events: Sequence[Mapping[str, Any]], language: Language) -> Grid:
    kinds = event_kinds()
    rows = tuple(
        (
            str(event["sequence"]),
            event["effective_date"],
            kinds[event["kind"]].label.text(language),
            _says(event["payload"]),
            _persons(event),
        )
        for event in events
    )
    return Grid(
        ("序 No.", "日期 Day", "事项 Event", "内容 Says", "经办/批准 By"),
        rows,
        texts=frozenset({2, 3, 4}),
        title="事项 Events",
    )


def _says(payload: Mapping[str, Any]) -> str:
    """The plain parts of a payload; a contract's terms stand in the data."""
    return "；".join(value for value in payload.values() if isinstance(value, str) and value)


def _persons(event: Mapping[str, Any]) -> str:
    approved = event["approved_by"]
    return event["made_by"]["id"] if approved is None else f"{event['made_by']['id']} / {approved['id']}"


def _amounts(state: Mapping[str, Any]) -> Grid:
    principal, due = state["principal"], state["due"]
    rows = (
        ("已放本金 Drawn", principal["drawn"]),
        ("已还本金 Repaid", principal["repaid"]),
        ("本金余额 Outstanding", principal["outstanding"]),
        ("代偿转出 Taken over by compensators", principal["transferred"]),
        ("核销 Written off", principal["written_off"]),
        ("应还利息 Interest due", due["interest"]),
        ("罚息 Late interest", due["late_interest"]),
        ("复利 Compound interest", due["compound_interest"]),
        ("费用 Costs", due["costs"]),
        ("应还合计 Due in all", due["total"]),
        ("未到期应计利息 Accrued, not due", state["interest_accrued_not_due"]),
        ("已付利息 Interest paid", state["interest_paid"]),
    )
    return Grid(
        ("金额 Amounts", "元 CNY"), tuple((name, _money(amount)) for name, amount in rows), title="余额 Balances"
    )


def _assets(cover: Mapping[str, Any], language: Language) -> Iterator[Section]:
    rows = tuple(
        (
            each["title"],
            _named(each, language),
            _money(each["appraised_value"] or _ZERO),
            each["pledge_rate_share"] or "",
            _money(each["lending_value"]),
        )
        for each in cover["assets"]
    )
    heads = ("质押标的 Right", "状态 State", "评估值 Value", "质押率 Pledge rate", "可贷价值 Lending value")
    yield Grid(heads, rows, texts=frozenset({0, 1}), title="担保 Security")


def _plan(schedule: Mapping[str, Any]) -> Iterator[Section]:
    for note in schedule["notes"]:
        fell_due = [
            (
                each["due_date"],
                each["principal_due"],
                each["interest_due"],
                each["principal_open"],
                each["interest_open"],
            )
            for each in note["fell_due"]
        ]
        to_come = [(each["due_date"], each["principal"], each["interest_expected"], "", "") for each in note["to_come"]]
        rows = tuple((row[0], *(_money(cell) if cell else "" for cell in row[1:])) for row in (*fell_due, *to_come))
        heads = ("到期日 Due", "本金 Principal", "利息 Interest", "未还本金 Open", "未还利息 Open")
        title = f"还款计划 Schedule — 第{note['number']}笔 drawing {note['number']}，{note['drawn_on']}"
        yield Grid(heads, rows, texts=frozenset(), title=title)


def _claims(claims: Mapping[str, Any], language: Language) -> Iterator[Section]:
    rows = tuple(
        (
            each["label"][language],
            each["state"],
            *(_money(each[name]) for name in ("claimed", "advanced", "compensated", "returned", "still_subrogated")),
        )
        for each in claims["items"]
    )
    heads = (
        "代偿方 Party",
        "状态 State",
        "申请 Claimed",
        "预付 Advanced",
        "代偿 Paid",
        "返还 Returned",
        "待追偿 Still claimed",
    )
    yield Grid(heads, rows, texts=frozenset({0, 1}), title="代偿 Claims")


def _books(ledger: Mapping[str, Any], language: Language) -> Iterator[Section]:
    rows = tuple(
        (party["label"][language], account["label"][language], _money(account["debit"]), _money(account["credit"]))
        for party in ledger["balances"]
        for account in party["accounts"]
    )
    heads = ("账簿 Books of", "科目 Account", "借 Debit", "贷 Credit")
    yield Grid(heads, rows, keys=2, texts=frozenset({0, 1}), title="各方账簿 Books of every party")
    is_sound = not ledger["unbalanced"] and not ledger["differences"]
    said = "各方账簿借贷平衡、相互对应 every party's books balance and mirror each other"
    yield Lines((f"分录 entries: {len(ledger['journal'])}", said if is_sound else "账簿不平 THE BOOKS DO NOT BALANCE"))


def _money(amount: str) -> str:
    """Grouped; nothing where nothing stands."""
    return "" if amount == _ZERO else grouped(amount)
