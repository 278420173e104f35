"""A simulated loan book on a screen: losses by party, the pool, the loans of the tail, stresses, the exact check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from api.answered import Answered
from api.portfolios.run import Told
from api.portfolios.run_workbook import MEASURES, party_label
from api.render.appraisal import doubts_and_sources
from api.render.grids import Grid, Heading, Lines, Section, percent
from pledge.portfolio.simulation import Progress
from valuation.kernel.digest import ENGINE_VERSION
from valuation.kernel.labels import Language

__all__ = ["portfolio_sections", "progress_bars"]

_PAYMENTS = {"after_disposal": "处置后 after disposal", "at_default": "违约时 at default"}
_PARTY = "承担方 Party"


@contextmanager
def progress_bars(console: Console) -> Iterator[Told]:
    """A bar of the scenarios done for each run: the base, then each stress."""
    looks = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*looks, TimeRemainingColumn(), console=console) as bars:
        tasks: dict[str, Any] = {}

        def told(run: str, done: Progress) -> None:
            if run not in tasks:
                tasks[run] = bars.add_task(_run_name(run), total=done.scenarios_in_all)
            bars.update(tasks[run], completed=done.scenarios_done)

        yield told


def portfolio_sections(answer: Answered, *, language: Language) -> Iterator[Section]:
    """Who loses what, when the pool is empty, which loans it comes from; then how sure that is."""
    found = answer.as_document()
    confidence = found["plan"]["confidence"]
    yield Heading("贷款簿损失 Losses of the book")
    yield Lines(tuple(_opening(found)))
    yield _losses(_run_name("base"), found["losses"], confidence)
    yield _pools(found)
    if found["stresses"]:
        yield Heading("压力情景（同一组随机数） Stresses on the same random numbers")
        yield from (_side_by_side(found, name, confidence) for name in MEASURES)
        yield _more_than_base(found)
    yield Heading("尾部由哪些贷款构成 Which loans make the tail")
    yield _contributions(found["contributions"])
    yield _layers(found["tranches"])
    if found["capital"] is not None:
        yield Heading("监管口径 As a supervisor counts")
        yield _capital(found["capital"])
    yield Heading("与精确值核对 Beside exact numbers")
    yield _check(found["check"])
    yield from doubts_and_sources(answer.warnings, answer.sources, language)
    yield Lines(("", f"引擎 engine {ENGINE_VERSION}", f"摘要 digest {answer.digest}"))


def _opening(found: Mapping[str, Any]) -> Iterator[str]:
    rule, plan = found["rule"], found["plan"]
    yield f"贷款 loans {found['loan_count']} · 债权 claims {_yuan(found['claim_cny'])} 元 CNY"
    policy = rule["policy"]
    if policy is not None:
        name = f"{policy['label']['zh']} {policy['label']['en']} [{policy['id']}]"
        yield f"政策 policy {name} · 政策日 policy date {policy['date']}"
    shares = " · ".join(f"{party_label(party)} {percent(share)}" for party, share in rule["shares"].items())
    yield f"分担 shares {shares}"
    covers = ["仅本金 principal only" if rule["is_principal_only"] else "本息 principal and interest"]
    if rule["is_ip_part_only"]:
        covers.append("仅知识产权部分 IP part only")
    if rule["cap_per_loan_cny"] is not None:
        covers.append(f"单笔上限 cap of a loan {_yuan(rule['cap_per_loan_cny'])}")
    yield f"覆盖 covered {' · '.join(covers)} · 资金池支付 pool pays {_PAYMENTS[rule['payment']]}"
    yield f"资金池余额 pool holds {_yuan(rule['pool_balance_cny'])} 元 CNY"
    years = plan["periods"] * plan["period_years"]
    yield (
        f"情景 scenarios {plan['scenarios']:,} · 种子 seed {plan['seed']} · 期限 horizon {years:g} 年 years · "
        f"置信度 confidence {percent(plan['confidence'])}"
    )


def _run_name(run: str) -> str:
    return "基准 base" if run == "base" else f"压力 stress {run}"


def _losses(title: str, losses: Mapping[str, Any], confidence: float) -> Grid:
    interval, level = "95 % 区间", percent(confidence)
    heads = (_PARTY, "预期损失 Expected", f"VaR {level}", interval, f"ES {level}", interval)
    rows = tuple((party_label(party), *_cells(each)) for party, each in losses.items())
    return Grid(heads, rows, title=f"{title}：预期损失、在险价值 VaR、尾部均值 ES（元 CNY）", totals=frozenset({0}))


def _cells(measures: Mapping[str, Any]) -> Iterator[str]:
    yield _with_error(measures["expected_loss"])
    for name in ("value_at_risk", "expected_shortfall"):
        found = measures[name]
        yield from (
            ("—", "—")
            if found is None
            else (
                _yuan(found["value"]),
                f"{_yuan(found['low'])} – {_yuan(found['high'])}",
            )
        )


def _pools(found: Mapping[str, Any]) -> Grid:
    runs = {"base": found["pool"], **{each["name"]: each["pool"] for each in found["stresses"]}}
    rows = tuple((_run_name(name), *_pool(pool)) for name, pool in runs.items())
    heads = ("情景 Run", "资金池耗尽概率 Pool exhausted", "95 % 区间 interval", "如耗尽，平均时间 If so, after")
    return Grid(heads, rows, title="资金池 The pool")


def _pool(pool: Mapping[str, Any]) -> tuple[str, str, str]:
    found, years = pool["exhaustion_probability_share"], pool["mean_years_to_exhaustion"]
    when = "未发生 never seen" if years is None else f"{years:.2f} 年 years"
    interval = f"{percent(found['low'], places=3)} – {percent(found['high'], places=3)}"
    return percent(found["value"], places=3), interval, when


def _side_by_side(found: Mapping[str, Any], measure: str, confidence: float) -> Grid:
    """One measure of every party in every run."""
    runs = {"base": found["losses"], **{each["name"]: each["losses"] for each in found["stresses"]}}
    rows = tuple(
        (party_label(party), *(_told(losses[party][measure]) for losses in runs.values())) for party in found["losses"]
    )
    label, level = MEASURES[measure], "" if measure == "expected_loss" else f" {percent(confidence)}"
    title = f"{label.zh} {label.en}{level}（元 CNY）"
    return Grid((_PARTY, *map(_run_name, runs)), rows, title=title, totals=frozenset({0}))


def _told(amount: Mapping[str, Any] | None) -> str:
    return "—" if amount is None else _yuan(amount["value"])


def _more_than_base(found: Mapping[str, Any]) -> Grid:
    """The expected loss each stress adds, by party, with the error of the difference itself."""
    heads = (_PARTY, *(_run_name(each["name"]) for each in found["stresses"]))
    rows = tuple(
        (party_label(party), *(_with_error(each["more_than_base"][party]) for each in found["stresses"]))
        for party in found["losses"]
    )
    return Grid(heads, rows, title="比基准多 More expected loss than in the base（元 CNY）", totals=frozenset({0}))


def _with_error(amount: Mapping[str, Any]) -> str:
    return f"{_yuan(amount['value'])} ± {_yuan(amount['standard_error'])}"


def _contributions(found: Mapping[str, Any]) -> Grid:
    rows = [(each["loan_id"], _yuan(each["cny"]), percent(each["share"], places=2)) for each in found["loans"]]
    rows.append(("其余 others", _yuan(found["others_cny"]), ""))
    rows.append(("合计 total", _yuan(found["shortfall_cny"]), ""))
    heads = ("贷款 Loan", f"对尾部均值的贡献 Part of ES（{party_label(found['party'])}，元 CNY）", "占比 Share")
    return Grid(heads, tuple(rows), totals=frozenset({len(rows) - 1}))


def _layers(tranches: list[Mapping[str, Any]]) -> Grid:
    rows = tuple(
        (
            f"{_yuan(each['from_cny'])} – {_yuan(each['to_cny'])}",
            _yuan(each["expected_loss"]["value"]),
            percent(each["expected_loss_share"], places=3),
        )
        for each in tranches
    )
    heads = ("损失分层 Layer CNY", "预期损失 Expected loss CNY", "占层厚 Of the layer")
    return Grid(heads, rows, title="分层 Layers of the book's loss")


def _capital(found: Mapping[str, Any]) -> Grid:
    irb, standardised = found["irb"], found["standardised"]
    lgd = f"监管 LGD {percent(irb['lgd_share'])}，知识产权不计 IP rights do not count"
    basis = "监管公式：99.9 %、一年、监管 LGD，不与模拟分位相减 supervisory formula, not to be set off with the above"
    rows = (
        ("口径 Basis", "", basis),
        ("内评法资本 IRB capital", _yuan(irb["capital_cny"]), lgd),
        ("内评法预期损失 IRB expected loss", _yuan(irb["expected_loss_cny"]), ""),
        ("内评法风险加权资产 IRB risk-weighted", _yuan(irb["risk_weighted_cny"]), percent(irb["mean_risk_weight"])),
        (
            "权重法风险加权资产 Standardised risk-weighted",
            _yuan(standardised["risk_weighted_cny"]),
            percent(standardised["risk_weight"]),
        ),
    )
    return Grid(("项目 Item", "元 CNY", "说明 Note"), rows, texts=frozenset({0, 2}))


def _check(check: Mapping[str, Any]) -> Grid:
    loss, count, quantile = check["expected_loss"], check["expected_defaults"], check["quantile_of_defaults"]
    rows = [
        ("预期损失 Expected loss CNY", _with_error(loss["simulated"]), _yuan(loss["exact"])),
        (
            "预期违约数 Expected defaults",
            f"{count['simulated']['value']:.4f} ± {count['simulated']['standard_error']:.4f}",
            f"{count['exact']:.4f}",
        ),
    ]
    if quantile is not None and quantile["simulated"] is not None:
        seen = quantile["simulated"]
        told = f"{seen['value']:g} ({seen['low']:g} – {seen['high']:g})"
        rows.append(("违约数分位 Quantile of defaults", told, str(quantile["exact"])))
    return Grid(("项目 Item", "模拟 Simulated (± 标准误 s.e.)", "精确 Exact"), tuple(rows))


def _yuan(amount: str) -> str:
    """Whole yuan: the error of a simulation is larger than fen."""
    return f"{float(amount):,.0f}"
