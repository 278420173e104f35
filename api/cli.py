"""The command ``ipfin``: the same questions on a terminal, and the server.

Only Typer is imported here; a command imports what it needs when it runs, so that ``ipfin --help`` is quick.
"""

from __future__ import annotations

import contextlib
import enum
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from api.catalogues import Catalogues
    from api.render.grids import Section

__all__ = ["main"]

main = typer.Typer(
    name="ipfin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="知识产权金融：评估、质押报价、财政资金撬动。 Value a right, quote a loan on it, see what money moves.",
)

comparables = typer.Typer(
    no_args_is_help=True, help="可比交易库。 The store of comparable transactions: template, import, list."
)
main.add_typer(comparables, name="comparables")


class _FileOrCommand(TyperGroup):
    """A group whose command ``run`` may be left out: ``ipfin pledge FILE.toml``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``run`` before what is no command of the group and no option."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


pledge = typer.Typer(
    cls=_FileOrCommand,
    no_args_is_help=True,
    help="质押贷款：演示一笔贷款、核验事项链。 A scripted life of a pledge loan; check the chains of events.",
)
main.add_typer(pledge, name="pledge")
portfolio = typer.Typer(
    cls=_FileOrCommand,
    no_args_is_help=True,
    help="贷款簿：各方损失、资金池、尾部、压力情景；填报表。 A loan book: losses, pool, tail, stresses; its template.",
)
main.add_typer(portfolio, name="portfolio")

#: Width of tables where nobody says how wide the screen is: a file, a pipe.
_WIDTH = 120
_BAD_INPUT = 2


class Lang(enum.StrEnum):
    """Language of labels; headings show both."""

    zh = "zh"
    en = "en"


RequestFile = Annotated[Path, typer.Argument(metavar="FILE.toml", help="请求文件 The request.")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。 Print the answer as JSON.")]
ToWorkbook = Annotated[
    Path | None, typer.Option("--xlsx", metavar="OUT.xlsx", help="写出带公式的工作簿。 Write a live workbook.")
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="线程数，结果不变。 Threads; no bit of the answer changes.")]
InLanguage = Annotated[Lang, typer.Option("--lang", help="标签语言 Language of labels.")]


@main.command()
def value(
    file: RequestFile,
    json: AsJson = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="写出工作底稿。 Write the working papers.")
    ] = None,
    lang: InLanguage = Lang.zh,
) -> None:
    """评估一项权利。 Value a right."""
    with _reported():
        from api.files import value_file, write_bytes
        from api.render.appraisal import appraisal_sections

        appraisal = value_file(file, _catalogues())
        if xlsx is not None:
            write_bytes(xlsx, appraisal.workbook())
        _answer(appraisal.as_document, appraisal_sections(appraisal, language=lang.value), as_json=json)


@main.command()
def quote(file: RequestFile, json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """质押贷款报价。 Quote a pledge loan."""
    with _reported():
        from api.files import quote_file
        from api.render.quote import quote_sections

        answer = quote_file(file, _catalogues())
        _answer(answer.as_document, quote_sections(answer, language=lang.value), as_json=json)


@main.command()
def leverage(file: RequestFile, json: AsJson = False, xlsx: ToWorkbook = None, lang: InLanguage = Lang.zh) -> None:
    """财政资金撬动测算。 What does public money set in motion?"""
    with _reported():
        from api.files import leverage_file, write_bytes
        from api.render.leverage import leverage_sections
        from leverage.scenario_workbook import scenario_workbook

        answer = leverage_file(file, _catalogues())
        if xlsx is not None:
            write_bytes(xlsx, scenario_workbook(answer))
        _answer(answer.as_document, leverage_sections(answer, language=lang.value), as_json=json)


@main.command(name="leverage-run")
def leverage_run(
    file: RequestFile,
    json: AsJson = False,
    xlsx: ToWorkbook = None,
    workers: Workers = 1,
    lang: InLanguage = Lang.zh,
) -> None:
    """模拟测算：多条路径上的资金与本金风险。 Simulate a scenario on many paths."""
    with _reported():
        from api.files import write_bytes
        from api.leverage.progress import followed
        from api.render.runs import run_sections

        with followed(_catalogues(), _console(stderr=True), workers=workers) as services:
            answer = services.run_file(file)
        if xlsx is not None:
            assert answer.workbook is not None, "a run has a workbook"
            write_bytes(xlsx, answer.workbook)
        _answer(answer.as_document, run_sections(answer, language=lang.value), as_json=json)


@main.command(name="leverage-compare")
def leverage_compare(file: RequestFile, json: AsJson = False, workers: Workers = 1, lang: InLanguage = Lang.zh) -> None:
    """方案比较：逐条路径的差异。 Differences of ways to use the money, path by path."""
    with _reported():
        from api.leverage.progress import followed
        from api.render.runs import comparison_sections

        with followed(_catalogues(), _console(stderr=True), workers=workers) as services:
            answer = services.compare_file(file)
        _answer(answer.as_document, comparison_sections(answer, language=lang.value), as_json=json)


@main.command(name="leverage-frontier")
def leverage_frontier(
    file: RequestFile, json: AsJson = False, workers: Workers = 1, lang: InLanguage = Lang.zh
) -> None:
    """风险前沿：各风险限额下的配置与边角解。 Allocations at each limit of risk, with the corners."""
    with _reported():
        from api.leverage.progress import followed
        from api.render.runs import frontier_sections

        with followed(_catalogues(), _console(stderr=True), workers=workers) as services:
            answer = services.frontier_file(file)
        _answer(answer.as_document, frontier_sections(answer, language=lang.value), as_json=json)


@main.command()
def waterfall(
    file: RequestFile,
    json: AsJson = False,
    xlsx: ToWorkbook = None,
    lang: InLanguage = Lang.zh,
) -> None:
    """基金瀑布分配与让利成本。 Who gets what of a fund, and what concessions cost."""
    with _reported():
        from api.files import write_bytes
        from api.leverage.waterfalls import waterfall_file
        from api.render.fund import waterfall_sections
        from valuation.errors import RefusalError

        answer = waterfall_file(file)
        if xlsx is not None:
            if answer.workbook is None:
                raise RefusalError.of(
                    "--xlsx",
                    found="deal by deal, losses made good, several settlements, or tiers in another order",
                    expected="return of capital, preferred return, catch-up, a last tier in order; one buy-out at most",
                    advice="Leave --xlsx out, or ask for such an agreement",
                )
            write_bytes(xlsx, answer.workbook)
        _answer(answer.as_document, waterfall_sections(answer, language=lang.value), as_json=json)


@main.command()
def performance(
    file: RequestFile,
    json: AsJson = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="写出带公式的评价表。 Write the form with live formulas.")
    ] = None,
    lang: InLanguage = Lang.zh,
) -> None:
    """绩效自评与工作评价打分。 Points of a programme's year."""
    with _reported():
        from api.files import write_bytes
        from api.leverage.performance import performance_file
        from api.render.fund import performance_sections

        answer = performance_file(file, _catalogues())
        if xlsx is not None:
            assert answer.workbook is not None, "every evaluation has its form"
            write_bytes(xlsx, answer.workbook)
        _answer(answer.as_document, performance_sections(answer, language=lang.value), as_json=json)


@main.command()
def report(file: RequestFile, json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """预评估报告十四项。 The 14 sections of an appraisal report."""
    with _reported():
        from api.render.report import report_sections
        from api.reports.files import report_file

        answer = report_file(file, _catalogues())
        _answer(answer.as_document, report_sections(answer, language=lang.value), as_json=json)


@main.command()
def analyse(file: RequestFile, json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """分析评估：分位数、方差份额、情景、盈亏平衡。 Percentiles, total effects, scenarios, break-even."""
    with _reported():
        from api.analyses.files import analysis_file
        from api.render.analysis import analysis_sections

        answer = analysis_file(file, _catalogues())
        _answer(answer.as_document, analysis_sections(answer, language=lang.value), as_json=json)


@main.command()
def rate(
    file: RequestFile,
    json: AsJson = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="写出工作底稿。 Write the working paper.")
    ] = None,
    lang: InLanguage = Lang.zh,
) -> None:
    """折现率、资本成本、收益年限、收益率曲线底稿。 Write a paper on a rate, a useful life or a curve."""
    with _reported():
        from api.files import write_bytes
        from api.rates.files import rate_file
        from api.render.rates import rate_sections

        answer = rate_file(file)
        if xlsx is not None:
            write_bytes(xlsx, answer.workbook)
        _answer(answer.as_document, rate_sections(answer, language=lang.value), as_json=json)


@main.command()
def score(file: RequestFile, json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """专利评分（不折算金额）。 Score a patent; points never become money."""
    with _reported():
        from api.render.scores import score_sections
        from api.scores.files import score_file

        answer = score_file(file)
        _answer(answer.as_document, score_sections(answer, language=lang.value), as_json=json)


@main.command()
def request(file: RequestFile) -> None:
    """把请求文件转成接口的 JSON。 Print a request file as the JSON body that the API takes."""
    with _reported():
        from api.files import request_json

        sys.stdout.write(request_json(file) + "\n")


@main.command()
def methods(json: AsJson = False) -> None:
    """列出评估方法和财政工具。 List the methods and instruments."""
    with _reported():
        from api.methods.service import instrument_documents, method_documents
        from api.render.listings import instrument_sections, method_sections

        documents = {
            "methods": list(method_documents().values()),
            "instruments": list(instrument_documents().values()),
        }
        sections = [*method_sections(documents["methods"]), *instrument_sections(documents["instruments"])]
        _answer(lambda: documents, iter(sections), as_json=json)


@main.command()
def policies(json: AsJson = False) -> None:
    """列出政策及其缺失项。 List the policies and their gaps."""
    with _reported():
        from api.policies.service import policy_documents
        from api.render.listings import policy_sections

        documents = list(policy_documents(_catalogues()).values())
        _answer(lambda: {"items": documents}, policy_sections(documents), as_json=json)


@comparables.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx|OUT.csv", help="写到哪里 Where to write it.")],
) -> None:
    """写出空白填报表。 Write the empty table to fill in."""
    with _reported():
        from api.evidence.files import template_bytes
        from api.files import write_bytes

        write_bytes(out, template_bytes(out))


@comparables.command(name="import")
def import_table(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|.xlsx|.parquet", help="填好的表 The filled table.")],
    json: AsJson = False,
) -> None:
    """导入可比交易；有错则逐格报告，一行也不导入。 Take in a table: all rows, or none and every fault by cell."""
    with _reported():
        from api.evidence.files import import_path
        from api.render.comparables import import_sections

        document = import_path(file)
        _answer(lambda: document, import_sections(document), as_json=json)


@comparables.command(name="list")
def list_comparables(json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """列出库中的可比交易。 List the transactions in the store, the newest first."""
    with _reported():
        from api.evidence.files import stored_document
        from api.render.comparables import comparable_sections

        document = stored_document()
        _answer(lambda: document, comparable_sections(document, language=lang.value), as_json=json)


@pledge.command()
def run(file: RequestFile, json: AsJson = False, lang: InLanguage = Lang.zh) -> None:
    """按文件演示一笔贷款的一生（run 可省略）。 Run the scripted life of a loan; ``run`` may be left out."""
    with _reported():
        from api.pledge_loans.script import scripted_loan
        from api.render.pledge_loan import pledge_loan_sections

        document = scripted_loan(file).as_document()
        _answer(lambda: document, pledge_loan_sections(document, language=lang.value), as_json=json)


@pledge.command()
def verify(
    loan: Annotated[str | None, typer.Argument(metavar="[LOAN]", help="贷款编号 One loan; by default all.")] = None,
    json: AsJson = False,
) -> None:
    """核验数据库中的事项链，有改动则退出码为 1。 Check stored loans; exit code 1 when a record was changed."""
    with _reported():
        from api.pledge_loans.closing import sessions_of, verify_loans
        from api.render.pledge_loan import chain_sections
        from api.settings import read_settings

        found = verify_loans(sessions_of(read_settings()), loan)
        _answer(lambda: {"items": found}, chain_sections(found), as_json=json)
    if not all(each["is_intact"] for each in found):
        raise typer.Exit(1)


@main.command(name="end-of-day")
def end_of_day(
    date: Annotated[
        str | None, typer.Argument(metavar="[DATE]", help="营业日 Business date; by default yesterday.")
    ] = None,
    json: AsJson = False,
) -> None:
    """日终批处理，补跑缺失日期；有失败则退出码为 1。 Close a day on every loan; exit code 1 when one failed."""
    with _reported():
        import datetime

        from api.pledge_loans.closing import close_day, sessions_of
        from api.render.pledge_loan import closing_sections
        from api.settings import read_settings

        now = datetime.datetime.now(datetime.UTC)
        report = close_day(sessions_of(read_settings()), _catalogues(), business_date=date, now=now)
        _answer(lambda: report, closing_sections(report), as_json=json)
    if report["failed"]:
        raise typer.Exit(1)


@portfolio.command(name="run")
def run_portfolio(
    file: Annotated[Path, typer.Argument(metavar="BOOK.csv|.xlsx", help="贷款簿 The loan book.")],
    rule: Annotated[Path, typer.Option(metavar="RULE.toml", help="分担规则与方案 Rule, plan and stresses.")],
    workers: Annotated[int, typer.Option(help="并行线程数 Threads; the result does not depend on it.")] = 1,
    json: AsJson = False,
    xlsx: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="写出工作簿（含逐笔贡献）。 Write the workbook.")
    ] = None,
    lang: InLanguage = Lang.zh,
) -> None:
    """模拟贷款簿（run 可省略）。 Simulate a loan book; ``run`` may be left out."""
    with _reported():
        from api.files import write_bytes
        from api.portfolios.files import portfolio_file
        from api.render.portfolio import portfolio_sections, progress_bars

        with progress_bars(_console(stderr=True)) as told:
            policies = _catalogues().pledge_policies
            answer = portfolio_file(file, rule, policies=policies, workers=workers, told=told)
        if xlsx is not None:
            assert answer.workbook is not None, "every run has a workbook"
            write_bytes(xlsx, answer.workbook)
        _answer(answer.as_document, portfolio_sections(answer, language=lang.value), as_json=json)


@portfolio.command(name="template")
def portfolio_template(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx|OUT.csv", help="写到哪里 Where to write it.")],
) -> None:
    """写出空白贷款簿。 Write the empty table to fill in."""
    with _reported():
        from api.files import write_bytes
        from api.portfolios.template import book_template

        write_bytes(out, book_template(out.suffix.lower()))


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址 Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="端口，0 为任选。 Port; 0 takes a free one.")] = None,
) -> None:
    """启动服务（先更新数据库）。 Serve the API; the database is migrated first."""
    with _reported():
        from api.serving import serve_api
        from api.settings import read_settings

        stated = {name: found for name, found in (("host", host), ("port", port)) if found is not None}
        serve_api(read_settings(**stated), announce=_console().print)


@main.command()
def migrate() -> None:
    """更新数据库结构。 Bring the database to this version."""
    with _reported():
        from api.settings import read_settings
        from api.store.database import open_database
        from api.store.migrate import migrate as bring_up

        before, after = bring_up(open_database(read_settings().database_url.get_secret_value()))
        state = "already at" if before == after else f"{before or 'empty'} →"
        _console().print(f"数据库 database: {state} {after}")


@main.command()
def doctor() -> None:
    """检查安装。 Check this installation; exit code 1 when something must be put right."""
    with _reported():
        import datetime

        from api.doctor import check_installation
        from api.render.grids import print_sections
        from api.render.listings import doctor_sections
        from api.settings import read_settings

        findings = check_installation(read_settings(), today=datetime.datetime.now(datetime.UTC).date())
        print_sections(_console(), doctor_sections(findings))
    if any(finding.outcome == "failed" for finding in findings):
        raise typer.Exit(1)


def _answer(document: Callable[[], dict[str, Any]], sections: Iterator[Section], *, as_json: bool) -> None:
    """Print an answer for a program, or for a person."""
    from api.render.grids import print_sections

    if as_json:
        import orjson

        text = orjson.dumps(document(), option=orjson.OPT_INDENT_2).decode()
        sys.stdout.write(text + "\n")
    else:
        print_sections(_console(), sections)


def _catalogues() -> Catalogues:
    from api.catalogues import load_catalogues
    from api.settings import read_settings

    return load_catalogues(read_settings().policy_dirs)


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else _WIDTH, highlight=False, markup=False)


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Report an error as a table on standard error and end with exit code 2; nothing was written."""
    from valuation.errors import IpfinError

    for stream in (sys.stdout, sys.stderr):
        # A pipe or an old console may not know Chinese or a check mark: a question mark is better than a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        yield
    except IpfinError as error:
        from api.render.grids import print_sections
        from api.render.listings import error_sections

        print_sections(_console(stderr=True), error_sections(error))
        raise typer.Exit(_BAD_INPUT) from None


if __name__ == "__main__":
    main()
