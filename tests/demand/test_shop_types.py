"""Types of shops, their windows and the checks on their parameters."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.demand.shop_types import SHOP_TYPES, ShopTypeParams, read_delivery_window, shop_type_of
from sim.network import places


def test_types_are_those_of_places() -> None:
    """Every type that a network gives its shops has parameters; any other counts as other."""
    assert set(SHOP_TYPES) == set(places.SHOP_TYPES)
    assert [shop_type_of(name) for name in SHOP_TYPES] == list(SHOP_TYPES)
    assert shop_type_of("florist") == "other"


def test_a_window_is_read_as_seconds() -> None:
    """06:30-12:00 is 23400 s to 43200 s."""
    assert read_delivery_window("06:30-12:00") == (23400.0, 43200.0)


@pytest.mark.parametrize("text", ["06:00", "12:00-06:00", "08:00-08:00", "07:00-25:99", "20:00-26:00", "six-seven"])
def test_impossible_windows_are_refused(text: str) -> None:
    """A window without an end, backwards, empty, off the clock or beyond midnight is an error that shows it."""
    with pytest.raises(ValueError, match=text):
        read_delivery_window(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"orders_per_week_low": 20.0}, "orders_per_week_low 20.0 exceeds orders_per_week_high 16.0"),
        ({"suppliers_low": 9}, "suppliers_low 9 exceeds suppliers_high 5"),
        ({"windows": [{"window": "06:00-12:00", "share": 0.7}]}, "add up to 1, found 0.7"),
        ({"mean_weight_kg": -1.0}, "greater than 0"),
        ({"mean_wieght_kg": 1.0}, "Extra inputs are not permitted"),
    ],
)
def test_contradicting_values_are_refused(content: dict[str, Any], change: dict[str, Any], words: str) -> None:
    """Values out of range or against each other are named."""
    with pytest.raises(ValidationError, match=words):
        ShopTypeParams.model_validate(content["shop_types"]["convenience"] | change)
