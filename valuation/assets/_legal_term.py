"""When does protection end, if the register's own date is not stated? Terms of Chinese law, dated."""

from __future__ import annotations

import datetime

from pydantic_core import PydanticCustomError

from valuation.discounting.timing import add_years
from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.subject import LegalTerm
from valuation.reference import number_of, reference_table, reference_warnings

__all__ = ["COUNTRY", "LegalTerm", "beyond_compensation", "legal_end", "legal_term", "refuse_disorder"]

#: The country whose terms are in ``valuation/tables/legal_terms.toml``.
COUNTRY = "CN"


def legal_term(right: str, *, start: datetime.date, jurisdiction: str, ends_with_year: bool = False) -> LegalTerm:
    """Until when does the law protect a right whose term began on ``start``?

    The last day is the day before the anniversary (a term from 21 January 2010 ends on 20 January 2020), or with
    ``ends_with_year`` 31 December of the last year. The law is that of the day the term began.

    Parameters
    ----------
    right : the parameter below ``term_years`` of the table, such as ``plant_variety.other``.

    Raises
    ------
    InputError : the right is not Chinese, or its term reaches beyond the calendar: its expiry date must be stated.
    BeforeFirstStepError : the term began before the first law of the table.
    GapError : it begins under a law that was not read.

    Tested by: ``tests/valuation/assets/test_legal_terms.py`` (by hand for every right of the table).
    """
    if jurisdiction != COUNTRY:
        raise InputError.of(
            "subject.expiry_date", found="nothing", expected=f"the last day of protection; {jurisdiction} has no table"
        )
    parameter = f"term_years.{right}"
    years, dated = number_of("legal_terms", parameter, on=start)
    last_year = start.year + int(years)
    if last_year > datetime.MAXYEAR:
        raise InputError.of("subject.expiry_date", found=start, expected="a day within the calendar")
    day_before = add_years(start, int(years)) - datetime.timedelta(days=1)
    last_day = datetime.date(last_year, 12, 31) if ends_with_year else day_before
    doubts = (*reference_warnings([dated]), *_changed_since(parameter, dated, last_day=last_day))
    return LegalTerm(last_day, dated, doubts)


def legal_end(right: str, *, start: datetime.date, jurisdiction: str, ends_with_year: bool = False) -> datetime.date:
    """On which day does a right end whose term began on ``start``? See :func:`legal_term`."""
    return legal_term(right, start=start, jurisdiction=jurisdiction, ends_with_year=ends_with_year).last_day


def beyond_compensation(*, filed: datetime.date, stated_end: datetime.date) -> tuple[NamedWarning, ...]:
    """Does a Chinese drug patent end, as stated, later than its term and the longest compensation for approval allow?

    The end may still be right, for the law also compensates delays of the grant; so it is named, not refused.

    Parameters
    ----------
    filed : the day of filing, from which the term runs.
    stated_end : the last day of protection as stated; the law of that day says how long the compensation may be.

    Raises
    ------
    BeforeFirstStepError : the patent was filed, or ends, before there was a patent law.

    References
    ----------
    中华人民共和国专利法（2020年修正）第四十二条第三款.

    Tested by: ``tests/valuation/assets/test_legal_terms.py`` (by hand on both sides of the longest end).
    """
    term, _ = number_of("legal_terms", "term_years.patent.invention", on=filed)
    years, dated = number_of("cn_patent_compensation", "drug_maximum_years", on=stated_end)
    longest = add_years(filed, int(term + years)) - datetime.timedelta(days=1)
    if stated_end <= longest:
        return ()
    text = Label(
        f"所述到期日 {stated_end} 晚于法定期限加药品专利最长补偿（{years:g} 年）的 {longest}；请核对登记簿",
        f"the stated last day {stated_end} is later than {longest}, the term with the longest compensation of a drug"
        f" patent ({years:g} years); check the register",
    )
    return (NamedWarning("beyond_longest_compensation", text), *reference_warnings([dated]))


def refuse_disorder(*days: datetime.date | None, expected: str) -> None:
    """Refuse facts whose days are not in their natural order; days that are not stated are passed by."""
    stated = [day for day in days if day is not None]
    if stated != sorted(stated):
        raise PydanticCustomError("dates", "dates in the order {expected}", {"expected": expected})


def _changed_since(parameter: str, dated: DatedValue, *, last_day: datetime.date) -> tuple[NamedWarning, ...]:
    """Name a later law with another term, or one not read: whether it reaches older rights is not in the table."""
    steps = reference_table("legal_terms").parameters[parameter].steps
    # A newer wording with the same term changes nothing for the right, nor does one that comes after its end.
    later = [step for step in steps if step.from_date > dated.from_date and step.value != dated.value]
    later = [step for step in later if step.gap is None or step.from_date <= last_day]
    if not later:
        return ()
    step = later[0]
    if step.gap is not None:
        text = Label(
            f"{dated.label.zh}：自 {step.from_date} 起的法律未读（{step.source.title}），是否改变本权利的期限须核对",
            f"{dated.label.en}: the law from {step.from_date} was not read ({step.source.title}); check whether it"
            " changes the term of this right",
        )
        return (NamedWarning("later_law_not_read", text),)
    text = Label(
        f"{dated.label.zh}按起算日法律为 {dated.value} 年，自 {step.from_date} 起为 {step.value} 年；"
        "是否溯及须核对过渡条款",
        f"{dated.label.en}: {dated.value} years by the law of the day it began, {step.value} from {step.from_date};"
        " check whether the later law reaches back",
    )
    return (NamedWarning("term_changed_since", text),)
