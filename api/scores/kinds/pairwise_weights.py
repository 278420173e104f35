"""Weights of factors from judgements in pairs 层次分析法."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from api.render.grids import Grid, Heading, Lines, Section, percent
from api.scores.kind import Scored, ScoreKind
from valuation.errors import InputError
from valuation.indicators.pairwise_weights import PairwiseJudgement, pairwise_weights
from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.labels import Label, Language, NamedWarning
from valuation.reference import number_of, reference_warnings

__all__ = ["KIND", "PairwiseWeightsScore"]

_Factor = Annotated[str, Field(min_length=1, max_length=80)]


class PairwiseWeightsScore(FrozenModel):
    """Which weights follow from judging factors in pairs; judgements that contradict each other are refused.

    Attributes
    ----------
    factors : what is weighed, in the order of the rows; each name once.
    judgement : how many times each factor matters more than each other, with the reason.
    policy_date : the day whose limit of the consistency ratio holds.
    """

    kind: Literal["pairwise_weights"]
    factors: Annotated[tuple[_Factor, ...], Field(min_length=2, max_length=10)]
    judgement: PairwiseJudgement
    policy_date: Day


def _score(stated: PairwiseWeightsScore) -> Scored:
    twice = [name for name, count in Counter(stated.factors).items() if count > 1]
    if twice:
        raise InputError.of("factors", found=f"{twice[0]!r} twice", expected="each name once")
    found = pairwise_weights(stated.judgement, factors=stated.factors, on=stated.policy_date, field="judgement")
    limit, dated = number_of("profit_split_rules", "maximum_consistency_ratio", on=stated.policy_date)
    weights = [
        {"factor": name, "weight_share": weight} for name, weight in zip(stated.factors, found.weights, strict=True)
    ]
    result = {
        "weights": weights,
        "eigenvalue": found.eigenvalue,
        "consistency_ratio": found.consistency_ratio,
        "maximum_consistency_ratio": limit,
        "reason": stated.judgement.reason,
    }
    doubts = (_judged(stated.judgement.reason), *reference_warnings((dated,)))
    return Scored(result, doubts, (dated.source,))


def _judged(reason: str) -> NamedWarning:
    """Weights of judgement are said to be, under the same name as those of a profile."""
    label = Label(
        f"权重由两两判断得出：{reason}；权重不是价值",
        f"the weights follow from judgements in pairs: {reason}; a weight is no value",
    )
    return NamedWarning("judgement_weights", label)


def _sections(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    del language
    yield Heading("层次分析法权重 Weights from judgements in pairs")
    ratio, limit = result["consistency_ratio"], result["maximum_consistency_ratio"]
    yield Lines((f"一致性比率 consistency ratio {ratio:.4f}（≤ {limit:g}）", f"理由 reason: {result['reason']}"))
    rows = tuple((each["factor"], percent(each["weight_share"], places=2)) for each in result["weights"])
    yield Grid(("因素 Factor", "权重 Weight"), rows)


KIND = ScoreKind(
    label=Label("层次分析法权重", "Weights from judgements in pairs"),
    question=Label(
        "两两比较得出什么权重，判断是否自洽？", "Which weights follow from judging in pairs, and do they agree?"
    ),
    model=PairwiseWeightsScore,
    score=_score,
    sections=_sections,
)
