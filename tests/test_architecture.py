"""The arrows between rooms: who may import whom, read from the source."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sim"

FOUNDATION = {"units", "errors", "clock", "events", "random_streams", "contracts", "resources", "user_table"}

_BASE = {"foundation", "network", "energy"}
_MIDDLE = _BASE | {"demand", "traffic", "policy"}
_AGENTS = _MIDDLE | {"facilities", "planning"}
_MODEL = _AGENTS | {"agents", "measures", "incentives", "config"}
_EXPERIMENT = _MODEL | {"model"}
_TOP = _EXPERIMENT | {"experiment", "view"}

MAY_IMPORT: dict[str, set[str]] = {
    "foundation": {"foundation"},
    "network": {"foundation"},
    "energy": {"foundation"},
    "demand": _BASE,
    "traffic": _BASE,
    "policy": _BASE,
    "facilities": _MIDDLE,
    "planning": _MIDDLE | {"facilities"},
    "agents": _AGENTS,
    "incentives": {"foundation"},
    "measures": {"foundation", "network", "incentives"},
    "config": _AGENTS | {"agents", "measures", "incentives"},
    "model": _MODEL,
    "experiment": _EXPERIMENT,
    "view": {"foundation", "network", "measures"},
    "app": _TOP | {"results", "terminal"},
    "bench": {"foundation", "network", "traffic", "view"},
    "results": {"foundation", "measures"},
    "terminal": {"foundation"},
    "cli_app": _TOP | {"app", "terminal"},
    "cli_chargers": _TOP | {"terminal"},
    "cli_fleet": _TOP | {"terminal"},
    "cli_plot": _TOP | {"cli_search", "results", "terminal"},
    "cli_policy": _TOP | {"terminal"},
    "cli_report": _TOP | {"terminal"},
    "cli_reproduce": _TOP | {"terminal"},
    "cli_scorecard": _TOP | {"terminal"},
    "cli_search": _TOP | {"terminal"},
    "cli_site": _TOP | {"terminal"},
    "cli_study": _TOP | {"cli_plot", "cli_scorecard", "terminal"},
    "cli_traffic": _TOP | {"terminal"},
    "cli": _TOP
    | {"app", "bench", "terminal"}
    | {"cli_app", "cli_chargers", "cli_fleet", "cli_policy", "cli_report", "cli_scorecard", "cli_site", "cli_study"}
    | {"cli_plot", "cli_reproduce", "cli_search", "cli_traffic"},
}
"""Rooms each room may import besides itself: those to its left in the drawing of `docs/architecture.md`."""

ONLY_IN: dict[str, set[str]] = {
    "hydra": {"config", "cli"},
    "omegaconf": {"config", "cli", "experiment"},
    "mesa": {"agents", "model"},
    "osmnx": {"network"},
    "osmium": {"network"},
    "fontTools": {"view"},
    "starlette": {"app"},
    "uvicorn": {"app"},
    "matplotlib": {"view"},
    "zhplot": {"view"},
    "pyvrp": {"planning"},
    "random": set(),
}
"""Third-party packages that only some rooms may touch."""

IMPORT_NAMES = {
    "opening-hours-py": "opening_hours",
    "pyyaml": "yaml",
    "hydra-core": "hydra",
    "fonttools": "fontTools",
    "python-multipart": "multipart",
}
"""Import name of a distribution where the two differ by more than a dash."""

UNDECLARED = {"omegaconf"}
"""Comes with hydra-core, whose pin holds it."""


def room_of(module: str) -> str:
    """Room of a dotted module name inside `sim`."""
    part = module.split(".")[1] if "." in module else ""
    return "foundation" if part in FOUNDATION else part


def source_files() -> list[Path]:
    """Every Python file of the package but the facade `sim/__init__.py`."""
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def module_name(path: Path) -> str:
    """Dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import in a file, those inside functions and for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "sim":
                yield from ((node.lineno, f"sim.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, str(node.module)


FILES = source_files()
IDS = [str(path.relative_to(ROOT)) for path in FILES]


def test_every_room_is_in_the_drawing() -> None:
    """A new room or top-level module has its arrows stated before it is used."""
    assert {room_of(module_name(path)) for path in FILES} <= set(MAY_IMPORT)


def test_the_drawing_has_no_cycle() -> None:
    """The allowed arrows order the rooms: no two may reach each other."""
    left = dict(MAY_IMPORT)
    while left:
        free = [room for room, others in left.items() if not (others - {room}) & left.keys()]
        assert free, f"rooms in a cycle: {sorted(left)}"
        for room in free:
            del left[room]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_room_imports_only_rooms_to_its_left(path: Path) -> None:
    """No file imports a room that its own room may not know."""
    room = room_of(module_name(path))
    allowed = MAY_IMPORT[room] | {room}
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {room} imports {name}"
        for line, name in imported_modules(path)
        if name.startswith("sim.") and room_of(name) not in allowed and name != "sim.__version__"
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_heavy_packages_stay_in_their_rooms(path: Path) -> None:
    """Hydra is known to config and cli only, Mesa to agents and model, Matplotlib to view, and so on."""
    room = room_of(module_name(path))
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {room} imports {name}"
        for line, name in imported_modules(path)
        if room not in ONLY_IN.get(name.split(".")[0], {room})
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_generators_are_built_in_one_place(path: Path) -> None:
    """Only `random_streams` builds generators; nothing draws from NumPy's global one."""
    if path.name == "random_streams.py":
        return
    types = {"Generator", "BitGenerator", "SeedSequence"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: np.random.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr not in types
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "random"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in {"np", "numpy"}
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_a_room_lists_its_public_names(path: Path) -> None:
    """A room's `__init__` says what it decides and exports each name as `X as X`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len((ast.get_docstring(tree) or "").splitlines()) >= 3, "docstring of three lines or more"
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
            bare = [alias.name for alias in node.names if alias.asname != alias.name]
            assert not bare, f"line {node.lineno}: not exported as X as X: {bare}"


def test_every_package_used_is_declared() -> None:
    """What the code imports stands in `pyproject.toml`, so that an installed wheel has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [
        *project["dependencies"],
        *(entry for extra in ("osm", "studies", "cluster") for entry in project["optional-dependencies"][extra]),
    ]
    names = [re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower() for requirement in requirements]
    declared = {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names} | UNDECLARED
    used = {name.split(".")[0] for path in FILES for _, name in imported_modules(path)}
    assert used - declared - set(sys.stdlib_module_names) - {"sim"} == set()


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import sim", ("numpy", "pandas", "mesa", "hydra")),
        ("import sim.traffic", ("mesa", "osmnx", "matplotlib", "geopandas", "hydra", "networkx")),
        ("import sim.network", ("mesa", "osmnx", "matplotlib", "hydra")),
        ("import sim.view", ("mesa", "hydra", "osmnx", "pyvrp", "sim.model")),
    ],
)
def test_importing_a_room_loads_no_more_than_it_needs(statement: str, banned: tuple[str, ...]) -> None:
    """The engine alone can be used without waiting for Mesa or OSMnx to load."""
    code = f"{statement}\nimport sys\nprint(*[name for name in {banned!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
