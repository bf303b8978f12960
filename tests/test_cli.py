"""The command line as a whole: where words may stand, and what is refused."""

from __future__ import annotations

import pytest

from sim.cli import main


@pytest.mark.parametrize("words", [["network=nowhere", "--workers", "1"], ["--workers", "1", "network=nowhere"]])
def test_overrides_may_stand_before_and_after_options(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Either way the override is read: here it names a network that there is not."""
    assert main(["study", "time_windows", *words]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--bogus"], ["--bogus", "seed=1"]])
def test_unknown_options_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing runs, and the option is named."""
    with pytest.raises(SystemExit) as stopped:
        main(["run", *words])
    assert stopped.value.code == 2
    assert "--bogus" in capsys.readouterr().err
