"""What similar rights show: the middle of the nearest group of peers that is large enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field

from api.render.grids import Grid, Heading, Lines, Section
from api.scores.kind import FactsStated, Scored, ScoreKind
from valuation.errors import InputError
from valuation.indicators.peer_groups import Peer, peer_table
from valuation.kernel.fields import FiniteFloat, FrozenModel, WholeNumber
from valuation.kernel.labels import Label, Language

__all__ = ["KIND", "PeerGroupScore", "PeerStated"]

_Feature = Annotated[str, Field(min_length=1, max_length=80)]
_Features = Annotated[tuple[_Feature, ...], Field(max_length=20)]
#: What may be estimated, and between which ends it lies: never an amount.
_ENDS = {"years": (0.0, 200.0), "share": (0.0, 1.0), "log_ratio": (-50.0, 50.0)}


class PeerStated(FrozenModel):
    """A right whose outcome is known: its features, the most telling first, and the outcome."""

    features: _Features
    outcome: FiniteFloat


class PeerGroupScore(FactsStated):
    """The middle of the peers that share the most features with the subject.

    Attributes
    ----------
    outcome_unit : years, a share of one, or the logarithm of a ratio; an amount of money is none of them.
    feature_names : what the features are, the most telling first.
    features : those of the subject, in that order.
    minimum_peers : how many peers a group must have to speak for its members.
    peers : the rights whose outcome is known.
    """

    kind: Literal["peer_group"]
    outcome_unit: Literal["years", "share", "log_ratio"]
    feature_names: _Features
    features: _Features
    minimum_peers: Annotated[WholeNumber, Field(ge=1, le=10_000)]
    peers: Annotated[tuple[PeerStated, ...], Field(min_length=1, max_length=10_000)]


def _score(stated: PeerGroupScore) -> Scored:
    _check(stated)
    peers = [Peer(each.features, each.outcome) for each in stated.peers]
    found = asdict(peer_table(peers, minimum_peers=stated.minimum_peers).estimate(stated.features))
    shared = dict(zip(stated.feature_names, found.pop("shared"), strict=False))
    return Scored({"outcome_unit": stated.outcome_unit, "all_peers": len(peers), **found, "shared": shared})


def _check(stated: PeerGroupScore) -> None:
    """Names, features and outcomes that fit each other, and enough peers in all."""
    names = stated.feature_names
    if len(set(names)) != len(names):
        raise InputError.of("feature_names", found=", ".join(names)[:200], expected="each name once")
    for place, features in (("features", stated.features), *_of_peers(stated)):
        if len(features) != len(names):
            raise InputError.of(place, found=f"{len(features)} features", expected=f"{len(names)}, one for each name")
    if len(stated.peers) < stated.minimum_peers:
        raise InputError.of("peers", found=f"{len(stated.peers)} peers", expected=f"{stated.minimum_peers} or more")
    low, high = _ENDS[stated.outcome_unit]
    for index, peer in enumerate(stated.peers):
        if not low <= peer.outcome <= high:
            expected = f"between {low:g} and {high:g} ({stated.outcome_unit})"
            raise InputError.of(f"peers.{index}.outcome", found=peer.outcome, expected=expected)


def _of_peers(stated: PeerGroupScore) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((f"peers.{index}.features", peer.features) for index, peer in enumerate(stated.peers))


def _sections(result: Mapping[str, Any], language: Language) -> Iterator[Section]:
    del language
    yield Heading("同类权利 What similar rights show")
    shared = ", ".join(f"{name} = {value}" for name, value in result["shared"].items()) or "（全部 all peers）"
    yield Lines((f"同组 {result['peers']} / {result['all_peers']} 项 peers，共同特征 shared: {shared}",))
    labels = {"median": "中位数 median", "lower_quartile": "下四分位 lower quartile"}
    labels["upper_quartile"] = "上四分位 upper quartile"
    rows = tuple((label, f"{result[name]:.6g}", result["outcome_unit"]) for name, label in labels.items())
    yield Grid(("项目 Item", "数值 Value", "单位 Unit"), rows, texts=frozenset({0, 2}))


KIND = ScoreKind(
    label=Label("同类比较", "Peer group"),
    question=Label("特征相同的权利结果如何？", "What do rights with the same features show?"),
    model=PeerGroupScore,
    score=_score,
    sections=_sections,
)
