"""Cost of equity by the capital asset pricing model: which return do owners ask for this risk?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import Figure, RateFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = [
    "BetaOfPeers",
    "BetaRelevered",
    "BetaStated",
    "CapmInputs",
    "EquityPremium",
    "Leverage",
    "Peer",
    "TaxShield",
    "capm_paper",
    "relevered_beta",
    "total_beta",
    "unlevered_beta",
]

#: How risky the tax saved by interest is. ``as_debt``: the amount of debt is fixed, D/E counts (1 − t) times
#: (Hamada). ``as_assets``: debt follows the value of the firm, D/E counts fully (Harris and Pringle).
TaxShield = Literal["as_debt", "as_assets"]
_NotNegative = Annotated[Figure, AfterValidator(at_least(0))]
_Correlation = Annotated[Figure, AfterValidator(within(0, 1)), AfterValidator(at_least(0, strictly=True))]


def unlevered_beta(
    levered: float,
    *,
    debt_to_equity: float,
    tax_rate_share: float,
    debt_beta: float = 0.0,
    tax_shield: TaxShield = "as_debt",
) -> float:
    """How risky would these shares be without debt?

    ``βU = (βL + βD g) / (1 + g)`` with ``g = (1 − t) D/E`` (``as_debt``) or ``g = D/E`` (``as_assets``). A debt
    beta of zero gives Hamada's formula.

    References
    ----------
    Hamada (1972), Journal of Finance 27(2); Conine (1980), Journal of Finance 35(4) (debt beta); Harris and Pringle
    (1985), Journal of Financial Research 8(3).

    Tested by: ``tests/valuation/discounting/test_capm.py`` (by hand; relevering is its inverse).
    """
    gearing = _gearing(debt_to_equity, tax_rate_share, tax_shield)
    return (levered + debt_beta * gearing) / (1 + gearing)


def relevered_beta(
    unlevered: float,
    *,
    debt_to_equity: float,
    tax_rate_share: float,
    debt_beta: float = 0.0,
    tax_shield: TaxShield = "as_debt",
) -> float:
    """How risky are the shares with this much debt: ``βL = βU + (βU − βD) g``; see :func:`unlevered_beta`.

    Tested by: ``tests/valuation/discounting/test_capm.py``.
    """
    return unlevered + (unlevered - debt_beta) * _gearing(debt_to_equity, tax_rate_share, tax_shield)


def total_beta(beta: float, *, correlation_share: float) -> float:
    """How risky is the firm to an owner who holds nothing else: ``β / ρ``, ρ the correlation with the market?

    Raises
    ------
    InputError : a correlation that is not above zero and at most one.

    References
    ----------
    Damodaran, Investment Valuation, 3rd edition, chapter 24 (private firms). Butler and Pinkerton (2006).

    Tested by: ``tests/valuation/discounting/test_capm.py``, ``tests/examinations/test_cost_of_capital.py``.
    """
    if not 0 < correlation_share <= 1:
        raise InputError.of("correlation_share", found=correlation_share, expected="above 0, at most 1")
    return beta / correlation_share


def _gearing(debt_to_equity: float, tax_rate_share: float, tax_shield: TaxShield) -> float:
    if not debt_to_equity >= 0:
        raise InputError.of("debt_to_equity", found=debt_to_equity, expected="a number ≥ 0")
    return debt_to_equity * (1 - tax_rate_share) if tax_shield == "as_debt" else debt_to_equity


class Leverage(FrozenModel):
    """The debt that the beta is to carry: target debt to equity at market values, tax rate, beta of the debt."""

    debt_to_equity: _NotNegative
    tax_rate_share: ShareFigure
    debt_beta: _NotNegative
    tax_shield: TaxShield


class BetaStated(FrozenModel):
    """The beta of the shares, taken as it is."""

    kind: Literal["levered"]
    beta: Figure


class BetaRelevered(FrozenModel):
    """The beta of an industry without debt, levered to the target."""

    kind: Literal["relevered"]
    unlevered_beta: Figure
    leverage: Leverage


class Peer(FrozenModel):
    """A listed firm in the same line: its beta, its debt to equity and its tax rate."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    beta: Figure
    debt_to_equity: _NotNegative
    tax_rate_share: ShareFigure


class BetaOfPeers(FrozenModel):
    """Betas of listed firms, unlevered one by one, averaged, levered to the target; debt of the same beta."""

    kind: Literal["peers"]
    peers: Annotated[tuple[Peer, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    leverage: Leverage


class EquityPremium(FrozenModel):
    """What the model does not price: size, country, or what is special to this firm."""

    kind: Literal["size", "country", "specific"]
    premium_share: RateFigure


class CapmInputs(FrozenModel):
    """What the model needs.

    Attributes
    ----------
    riskless_rate_share, equity_premium_share : of the same market, currency and maturity.
    beta : stated, relevered, or from peers.
    correlation_share : with the market; when stated, the total beta β/ρ prices the risk of an owner who is not
        diversified, and a specific premium would count that risk twice. None: the owner is diversified.
    premia : each kind at most once; an empty list states that there are none.
    """

    riskless_rate_share: RateFigure
    equity_premium_share: RateFigure
    beta: Annotated[BetaStated | BetaRelevered | BetaOfPeers, Field(discriminator="kind")]
    correlation_share: _Correlation | None = None
    premia: Annotated[tuple[EquityPremium, ...], Field(max_length=3)]


def capm_paper(inputs: CapmInputs) -> Worksheet:
    """Which return do owners ask for?

    ``k = riskless rate + β · equity premium + Σ premia``, shares of one a year; the answer is the line
    ``cost_of_equity_share``.

    Raises
    ------
    InputError : a kind of premium twice, or a specific premium beside a total beta.

    References
    ----------
    Sharpe (1964), Journal of Finance 19(3). Hamada (1972). Damodaran, Investment Valuation, chapters 8 and 24.

    Tested by: ``tests/valuation/discounting/test_capm.py`` (by hand, the plain functions as second way) and
    ``tests/examinations/test_cost_of_capital.py`` (96 industries).
    """
    _check_premia(inputs)
    peers = inputs.beta.peers if isinstance(inputs.beta, BetaOfPeers) else ()
    sheet = Sheet(
        title=Label("权益资本成本（CAPM）", "Cost of equity by the CAPM"),
        axis=Axis(Label("可比公司", "peer"), tuple(peer.name for peer in peers)),
    )
    riskless = _rate(sheet, "riskless_rate_share", inputs.riskless_rate_share, Label("无风险利率", "riskless rate"))
    premium = _rate(
        sheet, "equity_premium_share", inputs.equity_premium_share, Label("市场风险溢价", "equity risk premium")
    )
    beta = _beta(sheet, inputs)
    cost: Expression = riskless + beta * premium
    for each in inputs.premia:
        cost = cost + _rate(sheet, f"{each.kind}_premium_share", each.premium_share, _PREMIA[each.kind])
    label = Label("权益资本成本", "cost of equity")
    sheet.line("cost_of_equity_share", cost, label=label, unit="share", total=True)
    return sheet.finish()


_PREMIA = {
    "size": Label("规模溢价", "size premium"),
    "country": Label("国别风险溢价", "country premium"),
    "specific": Label("特有风险溢价", "specific premium"),
}


def _check_premia(inputs: CapmInputs) -> None:
    kinds = [premium.kind for premium in inputs.premia]
    if len(kinds) != len(set(kinds)):
        raise InputError.of("premia", found=", ".join(kinds), expected="each kind at most once")
    if inputs.correlation_share is not None and "specific" in kinds:
        raise InputError.of(
            f"premia.{kinds.index('specific')}.kind",
            found="specific, beside correlation_share",
            expected="none: the total beta already prices the risk special to the firm",
        )


def _rate(sheet: Sheet, name: str, stated: Figure, label: Label) -> Name:
    return sheet.figure(name, stated, label=label, unit="share")


def _beta(sheet: Sheet, inputs: CapmInputs) -> Name:
    """The beta that prices: levered to the target, and divided by the correlation if one is stated."""
    if isinstance(inputs.beta, BetaStated):
        beta = sheet.figure("beta", inputs.beta.beta, label=_LEVERED, unit="1")
    else:
        beta = _relevered(sheet, inputs.beta)
    if inputs.correlation_share is None:
        return beta
    correlation = sheet.figure(
        "correlation_share",
        inputs.correlation_share,
        label=Label("与市场的相关系数", "correlation with the market"),
        unit="1",
        domain=(0, 1),
    )
    return sheet.line("total_beta", beta / correlation, label=Label("总贝塔", "total beta"), unit="1")


_LEVERED = Label("权益贝塔（有财务杠杆）", "beta of the shares, levered")
_UNLEVERED = Label("资产贝塔（无财务杠杆）", "beta without debt")


def _relevered(sheet: Sheet, stated: BetaRelevered | BetaOfPeers) -> Name:
    target = stated.leverage
    debt_beta = sheet.figure("debt_beta", target.debt_beta, label=Label("债务贝塔", "beta of the debt"), unit="1")
    if isinstance(stated, BetaRelevered):
        unlevered = sheet.figure("unlevered_beta", stated.unlevered_beta, label=_UNLEVERED, unit="1")
    else:
        unlevered = _average_of_peers(sheet, stated, debt_beta)
    ratio = sheet.figure(
        "debt_to_equity",
        target.debt_to_equity,
        label=Label("目标债务权益比", "target debt to equity"),
        unit="1",
        domain=(0, float("inf")),
    )
    tax = sheet.figure(
        "tax_rate_share", target.tax_rate_share, label=Label("所得税率", "tax rate"), unit="share", domain=(0, 1)
    )
    gearing = ratio * (1 - tax) if target.tax_shield == "as_debt" else ratio
    return sheet.line("beta", unlevered + (unlevered - debt_beta) * gearing, label=_LEVERED, unit="1")


def _average_of_peers(sheet: Sheet, stated: BetaOfPeers, debt_beta: Name) -> Name:
    peers = stated.peers
    beta = sheet.figure_row(
        "peer_beta", [peer.beta for peer in peers], label=Label("可比公司贝塔", "peer beta"), unit="1"
    )
    ratio = sheet.figure_row(
        "peer_debt_to_equity",
        [peer.debt_to_equity for peer in peers],
        label=Label("可比公司债务权益比", "peer debt to equity"),
        unit="1",
    )
    tax = sheet.figure_row(
        "peer_tax_rate_share",
        [peer.tax_rate_share for peer in peers],
        label=Label("可比公司所得税率", "peer tax rate"),
        unit="share",
    )
    gearing = sheet.line(
        "peer_gearing",
        ratio * (1 - tax) if stated.leverage.tax_shield == "as_debt" else ratio * 1,
        label=Label("可比公司杠杆", "peer gearing"),
        unit="1",
    )
    unlevered = sheet.line(
        "peer_unlevered_beta", (beta + debt_beta * gearing) / (1 + gearing), label=_UNLEVERED, unit="1"
    )
    return sheet.line(
        "unlevered_beta",
        total(unlevered) / len(peers),
        label=Label("资产贝塔平均值", "mean beta without debt"),
        unit="1",
    )
