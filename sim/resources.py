"""
Where configs and networks lie: the user's own folder first, then the checkout, then the installed package.

An installed wheel carries `configs/` and `networks/` as package data under `sim/_data/`; a checkout has them beside
`sim/`. A folder of the same name in the current directory goes before both, file by file: it adds to what the
project ships and replaces only what has the same name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

ResourceKind = Literal["configs", "networks"]

_PACKAGE = Path(__file__).resolve().parent


def checkout_folder() -> Path | None:
    """Root of the checkout that this package is imported from, or None when it is installed."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else None


def shipped_folder(kind: ResourceKind) -> Path:
    """
    The project's own folder of configs or networks: the checkout's, else the one inside the package.

    Raises
    ------
    FileNotFoundError
        If neither is there: the installation is damaged.
    """
    root = checkout_folder()
    tried = ([root / kind] if root else []) + [_PACKAGE / "_data" / kind]
    for folder in tried:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the {kind} of the project are missing; looked in {', '.join(map(str, tried))}")


def resource_folders(kind: ResourceKind) -> tuple[Path, ...]:
    """
    Folders of one kind in the order of search, each once; only those that exist.

    Parameters
    ----------
    kind
        `"configs"` or `"networks"`.
    """
    own = (Path.cwd() / kind).resolve()
    shipped = shipped_folder(kind)
    return (own, shipped) if own.is_dir() and own != shipped else (shipped,)


def find_resource(kind: ResourceKind, name: str) -> Path | None:
    """
    First file or folder called `name` in the folders of one kind, or None when there is none.

    Parameters
    ----------
    kind
        `"configs"` or `"networks"`.
    name
        Path relative to such a folder, such as `helsinki` or `scenario/baseline.yaml`.
    """
    for folder in resource_folders(kind):
        if (folder / name).exists():
            return folder / name
    return None


def resource_names(kind: ResourceKind, group: str = "") -> list[str]:
    """
    Names that `find_resource` would find in one group, sorted: YAML files by stem and folders.

    Parameters
    ----------
    kind
        `"configs"` or `"networks"`.
    group
        Folder inside, such as `scenario`; empty for the top.
    """
    found: set[str] = set()
    for folder in resource_folders(kind):
        if (folder / group).is_dir():
            entries = [entry for entry in (folder / group).iterdir() if not entry.name.startswith((".", "_"))]
            found |= {entry.name for entry in entries if entry.is_dir()}
            found |= {entry.stem for entry in entries if entry.suffix == ".yaml"}
    return sorted(found)
