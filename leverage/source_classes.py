"""Whose yuan is it? The classes that money is attributed to, and which of them are public money.

State companies (国有企业) decide most arguments about a multiple, so their treatment is a stated convention of
every scenario and never hidden: ``public`` (the default) adds them to the denominator, ``other`` leaves them out
of it. Under either convention they are shown as a class of their own, and never as private: capital that a
government controls must not be reported as private. The default follows the practice read in the fund tables:
the direction evaluation of government investment funds covers money that state companies give for funds
(发改财金规〔2025〕1752号). It is the cautious choice, since it can only lower a multiple.

A park's own revenue (自有收入) is earned with public money by a public body; counted as *other* money it would
count public money twice, so it is public. Banks and insurers are neither public nor private here: they lend or
cover at their own risk, and most of them are state-controlled, so that they are left out of *private only*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from valuation.errors import UnknownNameError
from valuation.kernel.labels import Label

__all__ = ["SOURCE_CLASSES", "Convention", "SourceClass", "SourceClassId", "StateCompanyAs", "source_class"]

StateCompanyAs = Literal["public", "other"]
SourceClassId = Annotated[
    Literal[
        "central",
        "province",
        "city",
        "district",
        "state_company",
        "own_revenue",
        "bank",
        "insurer",
        "private",
        "foreign",
    ],
    Field(description="whose money it is"),
]


@dataclass(frozen=True)
class SourceClass:
    """One class of payers.

    ``is_public`` is the treatment without any other convention; ``is_budget`` tells a layer of government that
    pays from its budget; ``is_private`` counts in *private only*.
    """

    id: str
    label: Label
    is_public: bool
    is_budget: bool = False
    is_private: bool = False


_CLASSES = (
    SourceClass("central", Label("中央财政", "central budget"), is_public=True, is_budget=True),
    SourceClass("province", Label("省级财政", "province budget"), is_public=True, is_budget=True),
    SourceClass("city", Label("市级财政", "city budget"), is_public=True, is_budget=True),
    SourceClass("district", Label("区县财政", "district budget"), is_public=True, is_budget=True),
    SourceClass("state_company", Label("国有企业", "state company"), is_public=True),
    SourceClass("own_revenue", Label("园区自有收入", "the park's own revenue"), is_public=True),
    SourceClass("bank", Label("银行", "bank"), is_public=False),
    SourceClass("insurer", Label("保险公司", "insurer"), is_public=False),
    SourceClass("private", Label("民间资本", "private capital"), is_public=False, is_private=True),
    SourceClass("foreign", Label("境外资本", "foreign capital"), is_public=False, is_private=True),
)

#: Every class, in the order in which tables show them.
SOURCE_CLASSES: Mapping[str, SourceClass] = MappingProxyType({row.id: row for row in _CLASSES})


def source_class(name: str, *, field: str = "source_class") -> SourceClass:
    """Which class has this id?

    Raises
    ------
    UnknownNameError : naming the field and the known classes.
    """
    if name not in SOURCE_CLASSES:
        raise UnknownNameError.among(field, found=name, known=SOURCE_CLASSES)
    return SOURCE_CLASSES[name]


@dataclass(frozen=True)
class Convention:
    """Which classes count as public money in this scenario?

    Examples
    --------
    >>> Convention().is_public("state_company"), Convention("other").is_public("state_company")
    (True, False)
    """

    state_company_as: StateCompanyAs = "public"

    def is_public(self, name: str) -> bool:
        """Does money of this class stand in the denominator?"""
        if name == "state_company":
            return self.state_company_as == "public"
        return source_class(name).is_public

    @property
    def label(self) -> Label:
        """The convention as a sentence for the answer."""
        if self.state_company_as == "public":
            return Label(
                "国有企业出资计为公共资金（计入分母，单独列示，不得计为民间资本）；"
                "依据：发改财金规〔2025〕1752号将国企出资纳入投向评价；该口径只会降低倍数",
                "state-company money counts as public (in the denominator, shown as its own class, never private);"
                " basis: 发改财金规〔2025〕1752号 covers state-company money given for funds;"
                " it can only lower a multiple",
            )
        return Label(
            "国有企业出资不计入公共资金分母，但单独列示，不得计为民间资本",
            "state-company money is left out of the public denominator, shown as its own class, never as private",
        )
