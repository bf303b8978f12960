"""The command `sim report`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import main


def test_the_command_writes_one_file(run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sim report RUN --out FILE` writes the page and names it."""
    assert main(["report", str(run_dir), "--out", str(tmp_path / "new" / "page.html")]) == 0
    assert (tmp_path / "new" / "page.html").is_file()
    assert "page.html" in capsys.readouterr().out


def test_a_folder_that_is_no_run_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and a line on what was expected, never a traceback."""
    assert main(["report", str(tmp_path / "nothing")]) == 2
    assert "no such run folder" in capsys.readouterr().err
