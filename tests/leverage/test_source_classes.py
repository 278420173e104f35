"""Whose money is public: the convention on state companies, and the classes that never change sides."""

import pytest

from leverage.source_classes import SOURCE_CLASSES, Convention, source_class
from valuation.errors import UnknownNameError


def test_budget_layers_are_public_and_never_private() -> None:
    budget = {name for name, row in SOURCE_CLASSES.items() if row.is_budget}
    assert budget == {"central", "province", "city", "district"}
    assert all(SOURCE_CLASSES[name].is_public for name in budget)


def test_government_controlled_capital_is_never_private_under_any_convention() -> None:
    private = {name for name, row in SOURCE_CLASSES.items() if row.is_private}
    assert private == {"private", "foreign"}
    for treatment in ("public", "other"):
        assert not any(Convention(treatment).is_public(name) for name in private)


def test_state_companies_change_sides_only_by_a_stated_convention() -> None:
    assert Convention().is_public("state_company")
    assert not Convention("other").is_public("state_company")
    assert Convention().label != Convention("other").label


def test_every_class_is_named_in_both_languages_and_keyed_by_its_id() -> None:
    assert all(name == row.id and row.label.zh and row.label.en for name, row in SOURCE_CLASSES.items())


def test_an_unknown_class_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="central"):
        source_class("state-owned")
