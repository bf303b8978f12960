"""What one run left behind, read when asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import ResultsError
from sim.measures.tables import read_table
from sim.resources import find_resource

OSM_CREDIT = "© OpenStreetMap contributors"


@dataclass(frozen=True)
class MapLabel:
    """
    What a map says about its network.

    Parameters
    ----------
    label
        Name of the network, with SCHEMATIC where streets or places are made up.
    credit
        Who has to be named as the source of the streets; empty for our own.
    """

    label: str
    credit: str

    @staticmethod
    def of(label: str, *, is_schematic: bool, source: str) -> MapLabel:
        """Label and credit of a network; a schematic one always says so."""
        if is_schematic and "SCHEMATIC" not in label:
            label = f"{label} (SCHEMATIC)"
        credit = OSM_CREDIT if "openstreetmap" in source.lower() and not is_schematic else ""
        return MapLabel(label, credit)


class RunFolder:
    """
    Result files of one run.

    Parameters
    ----------
    folder
        Folder of the run, with `manifest.json` and `kpis.json`.

    Raises
    ------
    ResultsError
        If the folder is missing or is not that of a finished run.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise ResultsError(f"{self.folder}: no such run folder; expected one that `sim run` has written")
        missing = [name for name in ("manifest.json", "kpis.json") if not (self.folder / name).is_file()]
        if missing:
            raise ResultsError(f"{self.folder}: {' and '.join(missing)} missing; expected the folder of a finished run")
        if self.manifest.get("status") == "running":
            raise ResultsError(f"{self.folder}: the run was interrupted; expected the folder of a finished run")

    def table(self, name: str) -> pd.DataFrame:
        """
        One result table, such as `stops`.

        Raises
        ------
        ResultsError
            If the file is missing or of another schema.
        """
        return read_table(self.folder, name)

    def read_json(self, name: str) -> Any:
        """
        Content of one JSON file.

        Raises
        ------
        ResultsError
            If it is no JSON.
        """
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ResultsError(f"{self.folder / name}: line {error.lineno}: expected JSON, {error.msg}") from error
        except (OSError, ValueError) as error:
            raise ResultsError(f"{self.folder / name}: expected JSON, {error}") from error

    def _mapping(self, name: str, content: Any) -> dict[str, Any]:
        """Content of a file that has to hold keys with values."""
        if not isinstance(content, dict):
            raise ResultsError(f"{self.folder / name}: expected keys with values, found {type(content).__name__}")
        return content

    @cached_property
    def kpis(self) -> dict[str, dict[str, Any]]:
        """Indicators with value, unit and which way is better."""
        return self._mapping("kpis.json", self.read_json("kpis.json"))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Where the run comes from."""
        return self._mapping("manifest.json", self.read_json("manifest.json"))

    @cached_property
    def config(self) -> dict[str, Any]:
        """
        Configuration in full.

        Raises
        ------
        ResultsError
            If the file is missing or no YAML.
        """
        import yaml

        path = self.folder / "config.yaml"
        if not path.is_file():
            raise ResultsError(f"{path}: missing; expected it in every run folder")
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ResultsError(f"{path}: expected YAML, {' '.join(str(error).split())}") from error
        return self._mapping("config.yaml", content)

    @cached_property
    def rules(self) -> dict[str, Any]:
        """Access rules as resolved for the network; empty when the run has no such file."""
        is_there = (self.folder / "rules.json").is_file()
        return self._mapping("rules.json", self.read_json("rules.json")) if is_there else {}

    @cached_property
    def vans(self) -> pd.DataFrame:
        """The vans, by `van_id`."""
        return self.table("vans").set_index("van_id", drop=False)

    @cached_property
    def stops(self) -> pd.DataFrame:
        """The stops."""
        return self.table("stops")

    @cached_property
    def trips(self) -> pd.DataFrame:
        """The trips."""
        return self.table("trips")

    @cached_property
    def traces(self) -> pd.DataFrame:
        """Links driven, in the order of each van's day."""
        return self.table("traces").sort_values(["van_id", "enter_s", "exit_s"], kind="stable", ignore_index=True)

    @cached_property
    def links(self) -> pd.DataFrame:
        """Links of the network with `geometry` as shapely lines, by `link_id`."""
        import shapely

        table = self.table("network_links")
        table["geometry"] = shapely.from_wkb(table["geometry"].to_numpy())
        return table.set_index("link_id", drop=False)

    @property
    def map_label(self) -> MapLabel:
        """
        What maps of this run say about the network: as the manifest has it, else the network of that name.

        A network that neither describes is called schematic, lest a made-up map pass for a real one.
        """
        network = self.manifest.get("network") or self._network_file()
        return MapLabel.of(
            str(network.get("label") or network.get("name") or "Network"),
            is_schematic=bool(network.get("is_schematic", True)),
            source=str(network.get("source", "")),
        )

    def _network_file(self) -> dict[str, Any]:
        import yaml

        name = str((self.config.get("network") or {}).get("name", ""))
        path = find_resource("networks", f"{name}/network.yaml") if name else None
        if path is None:
            return {"name": name}
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return content

    @property
    def name(self) -> str:
        """Scenario, run and seed in a few words, for captions."""
        scenario = self.manifest.get("scenario") or []
        names = [scenario] if isinstance(scenario, str) else [str(name) for name in scenario]
        parts = ["+".join(names)] if names else []
        parts.append(f"run {self.manifest.get('run_id', self.folder.name)}")
        parts.append(f"seed {self.manifest.get('seed', '?')}")
        return ", ".join(parts)
