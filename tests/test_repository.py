"""What the tracked files must not hold: paths of one machine, hosts of registries, leftovers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__", "results"}

MACHINE_PATH = re.compile(r"(?<![\w.<])/(?:work|root|home/\w+|Users/\w+|opt/\w*pypi\w*)/|\.\./shared\b")
REGISTRY_HOST = re.compile(
    "|".join(
        re.escape(name) + r"\." + end
        for name, end in [
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "(?:org|com)"),
            ("deb.debian", "org"),
            ("anaconda", "org"),
        ]
    )
)


def tracked_files() -> list[Path]:
    """Files under version control, or where there is no git those that a checkout would hold."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        paths = [ROOT / name for name in listed.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [p for p in ROOT.rglob("*") if p.is_file() and not LEFT_OUT & set(p.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    """Text of a file, empty for binary ones."""
    content = path.read_bytes()
    return "" if b"\0" in content[:8192] else content.decode("utf-8", errors="ignore")


TEXTS = {path.relative_to(ROOT).as_posix(): text_of(path) for path in tracked_files()}


@pytest.mark.parametrize(
    "pattern",
    [MACHINE_PATH, REGISTRY_HOST],
    ids=["machine_path", "registry_host"],
)
def test_no_file_names_a_machine(pattern: re.Pattern[str]) -> None:
    """The project runs anywhere: no absolute path of a developer's machine, no address of a package registry."""
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in TEXTS.items()
        for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", ["see /" + "work/main", "in .." + "/shared/x", "/" + "root/.venv", "/home" + "/ann/sim"]
)
def test_the_pattern_sees_machine_paths(text: str) -> None:
    """The search above would find such a path if one were there."""
    assert MACHINE_PATH.search(text)


def test_the_lock_is_bare_versions() -> None:
    """Every line of the lock is one package at one version: it installs from whatever index the user has."""
    lines = [line for line in TEXTS["requirements.lock"].splitlines() if line and not line.lstrip().startswith("#")]
    wrong = [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[\w.!+]+(?: ; .+)?", line)]
    assert lines
    assert not wrong, wrong


def test_the_lock_holds_every_dependency() -> None:
    """A dependency added to pyproject.toml is locked before it is used."""
    import tomllib

    project = tomllib.loads(TEXTS["pyproject.toml"])["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower() for requirement in wanted}
    locked = {line.split("==")[0] for line in TEXTS["requirements.lock"].splitlines() if "==" in line}
    assert names - locked == set()


def test_no_file_is_too_large_to_clone() -> None:
    """No tracked file exceeds 20 MB; run tables stay out of version control."""
    large = {path.name: path.stat().st_size for path in tracked_files() if path.stat().st_size > 20_000_000}
    assert not large
