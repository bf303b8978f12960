"""The demand parameters as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.demand import DemandParams


def test_every_value_comes_from_the_file(content: dict[str, Any]) -> None:
    """The classes hold no defaults of their own: leaving out any key is an error."""
    for key in content:
        with pytest.raises(ValidationError, match=key):
            DemandParams.model_validate({name: value for name, value in content.items() if name != key})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "survey"}, "needs survey_file"),
        ({"survey_file": "shops.csv"}, "needs source: survey"),
        ({"weekday_factor": {"mo": 1.0}}, "misses tu, we, th, fr, sa, su"),
        ({"weekday_factor": dict.fromkeys(["mo", "tu", "we", "th", "fr", "sa", "su"], 1.2)}, "mean 1, found 1.2"),
        ({"shop_types": {}}, "shop_types misses convenience"),
        ({"growth": -0.1}, "greater than or equal to 0"),
    ],
)
def test_contradictions_are_refused(content: dict[str, Any], change: dict[str, Any], words: str) -> None:
    """Missing days or types, a mean other than 1, a survey without its file: each is named."""
    with pytest.raises(ValidationError, match=words):
        DemandParams.model_validate(content | change)
