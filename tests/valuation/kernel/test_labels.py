"""Does every name on screen have both languages, and does a doubt travel with its code?

Checked against: the rule that institutions keep their Chinese term (by hand).
"""

import pytest

from valuation.kernel.labels import Label, NamedWarning

LABEL = Label("质押率", "pledge rate")


def test_each_reader_sees_their_language() -> None:
    assert (LABEL.text("zh"), LABEL.text("en")) == ("质押率", "pledge rate")
    assert LABEL.as_document() == {"zh": "质押率", "en": "pledge rate"}


@pytest.mark.parametrize(("zh", "en"), [("", "pledge rate"), ("质押率", " ")])
def test_a_label_without_one_language_does_not_exist(zh: str, en: str) -> None:
    with pytest.raises(AssertionError):
        Label(zh, en)


def test_a_doubt_carries_code_and_both_texts() -> None:
    assert NamedWarning("thin", LABEL).as_document() == {"code": "thin", "zh": "质押率", "en": "pledge rate"}
