"""The knee, on curves whose answer is plain."""

from __future__ import annotations

import pytest

from sim.experiment.knee import knee


def test_a_corner_is_its_own_knee() -> None:
    """Two straight lines meet at 3; a flat curve bends nowhere, so the least will do."""
    assert knee([1, 2, 3, 4, 5, 6], [20.0, 10.0, 0.0, 0.0, 0.0, 0.0]) == 3.0
    assert knee([1, 2, 3], [4.0, 4.0, 4.0]) == 1.0


@pytest.mark.parametrize("levels", [[1, 2], [1, 1, 2], [3, 2, 1]])
def test_levels_must_rise(levels: list[float]) -> None:
    """Three of them, each above the one before."""
    with pytest.raises(ValueError, match="rising"):
        knee(levels, [0.0] * len(levels))
