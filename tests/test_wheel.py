"""An installed wheel works as well as a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it into a folder of its own."""
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = out.glob("urban_freight_sim-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(out / "site"), str(wheel)], check=True)
    return out / "site"


def run_installed(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter in `cwd` with the unpacked wheel before everything else."""
    environment = {**os.environ, "PYTHONPATH": str(site), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_finds_its_own_data_in_an_empty_folder(site: Path, tmp_path: Path) -> None:
    """Configs and networks come out of the package; nothing is read from the checkout."""
    code = (
        "import sim, sim.resources as r\n"
        "print(sim.__file__)\n"
        "print(r.checkout_folder())\n"
        "print(*r.resource_folders('configs'), *r.resource_folders('networks'), sep='\\n')"
    )
    done = run_installed(site, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    module, checkout, *folders = done.stdout.splitlines()
    assert Path(module).is_relative_to(site)
    assert checkout == "None"
    assert [Path(folder) for folder in folders] == [site / "sim/_data/configs", site / "sim/_data/networks"]


def test_the_wheel_carries_what_the_checkout_has(site: Path) -> None:
    """Every config and network file of the checkout is in the wheel, byte for byte, and the type marker too."""
    for kind in ("configs", "networks"):
        here = {p.relative_to(ROOT / kind): p.read_bytes() for p in (ROOT / kind).rglob("*") if p.is_file()}
        packed = site / "sim" / "_data" / kind
        there = {p.relative_to(packed): p.read_bytes() for p in packed.rglob("*") if p.is_file()}
        assert there == {name: data for name, data in here.items() if "__pycache__" not in name.parts}
    assert (site / "sim" / "py.typed").is_file()


def test_the_wheel_has_the_command(site: Path, tmp_path: Path) -> None:
    """`sim --help` answers from the installed package."""
    done = run_installed(site, tmp_path, "-m", "sim.cli", "--help")
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout
