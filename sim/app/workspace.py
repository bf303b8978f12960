"""The folder that the application works in: which names and files in it may be asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim.app.appraisal import is_search
from sim.errors import InputError
from sim.view.report.study import is_study

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
"""What a scenario, network or upload may be called: no dot, no slash, nothing that a path could be made of."""

RUN_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
DOWNLOADS = {".parquet", ".json", ".csv", ".yaml", ".png", ".svg", ".pdf", ".html"}
"""Kinds of files of a run that may be downloaded."""


class NotThereError(InputError):
    """Something that was asked for by name and does not exist."""


class Workspace:
    """
    A project folder with `configs/`, `networks/` and `results/`.

    Parameters
    ----------
    folder
        The folder; results of the application itself go to `results/app/` in it.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).resolve()
        self.app_folder = self.folder / "results" / "app"

    def own_folder(self, name: str) -> Path:
        """A folder of the application's own, made when missing: `jobs`, `uploads`, `positions`."""
        path = self.app_folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def run_folders(self) -> dict[str, Path]:
        """Folders of finished runs by name, newest first."""
        found = [
            path.parent
            for parent in (self.folder / "results" / "runs", self.app_folder / "runs")
            for path in (parent.glob("*/kpis.json") if parent.is_dir() else [])
            if RUN_NAME.fullmatch(path.parent.name)
        ]
        found.sort(key=lambda path: (path / "kpis.json").stat().st_mtime, reverse=True)
        return {path.name: path for path in found}

    def run_folder(self, name: str) -> Path:
        """
        Folder of a finished run.

        Raises
        ------
        NotThereError
            If there is none of that name.
        """
        folders = self.run_folders() if RUN_NAME.fullmatch(name) else {}
        if name not in folders:
            raise NotThereError(f"run: there is no finished run {name[:80]!r}")
        return folders[name]

    def study_folders(self) -> dict[str, Path]:
        """Folders of studies by name."""
        results = self.folder / "results"
        folders = sorted(results.iterdir()) if results.is_dir() else []
        return {path.name: path for path in folders if path.is_dir() and is_study(path) and NAME.fullmatch(path.name)}

    def search_folders(self) -> dict[str, Path]:
        """Folders of searches by name."""
        results = self.folder / "results"
        folders = sorted(results.iterdir()) if results.is_dir() else []
        return {path.name: path for path in folders if path.is_dir() and is_search(path) and NAME.fullmatch(path.name)}

    def studies_to_run(self) -> list[str]:
        """Names of the studies under `experiments/` that can be started."""
        found = (self.folder / "experiments").glob("*/study.yaml")
        return sorted(path.parent.name for path in found if NAME.fullmatch(path.parent.name))

    def study_folder(self, name: str) -> Path:
        """
        Folder of a study.

        Raises
        ------
        NotThereError
            If there is none of that name.
        """
        folders = self.study_folders()
        if name not in folders:
            raise NotThereError(f"study: there is no study {name[:80]!r}")
        return folders[name]

    def files_of_run(self, name: str) -> dict[str, Path]:
        """Files of a run that may be downloaded, by their path inside it."""
        return _downloads(self.run_folder(name))

    def files_of_study(self, name: str) -> dict[str, Path]:
        """Tables and figures of a study or search that may be downloaded, by their path inside it."""
        searches = self.search_folders()
        return _downloads(searches[name] if name in searches else self.study_folder(name))

    def runs(self, limit: int = 200) -> list[dict[str, Any]]:
        """What is known of each finished run, newest first."""
        rows = []
        for name, folder in list(self.run_folders().items())[:limit]:
            try:
                manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
                kpis = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            rows.append(
                {
                    "name": name,
                    "scenario": "+".join(map(str, manifest.get("scenario") or [])) or "–",
                    "network": str((manifest.get("network") or {}).get("name", "")),
                    "seed": manifest.get("seed"),
                    "end": manifest.get("end") or "",
                    "wall_s": manifest.get("wall_s"),
                    "kpis": kpis,
                }
            )
        return rows


def checked_name(text: Any, what: str) -> str:
    """
    A name that may become part of a path.

    Raises
    ------
    InputError
        If it has anything but letters, digits, `_` and `-`, or begins with something else than a letter.
    """
    if not isinstance(text, str) or not NAME.fullmatch(text):
        raise InputError(
            f"{what}: expected letters, digits, _ and -, beginning with a letter; found {str(text)[:80]!r}"
        )
    return text


def _downloads(folder: Path) -> dict[str, Path]:
    paths = sorted([*folder.iterdir(), *(folder / "figures").glob("*")])
    return {
        path.relative_to(folder).as_posix(): path
        for path in paths
        if path.is_file() and not path.is_symlink() and path.suffix in DOWNLOADS and not path.name.startswith(".")
    }
