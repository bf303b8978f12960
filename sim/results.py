"""
Results of runs and studies as pandas frames, and a DuckDB connection over a whole study.

    from sim.results import load_study, load_tables, connect

    study = load_study("results/time_windows")
    study.values()                              # a row a run: factors, seed, a column a measure
    load_tables(["results/runs/a", "results/runs/b"], "stops")
    connect("results/time_windows").sql("select ban, avg(value) from results where measure = 'van_km' group by ban")
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.errors import ResultsError
from sim.measures.manifest_list import read_manifest_lines
from sim.measures.study_table_files import COLUMNS, NO_FACTORS, read_study_table
from sim.measures.tables import read_stamp, read_table

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class StudyResults:
    """
    Tables of a study; `comparison`, `attribution`, `scorecard` and `sensitivity` are None where the study has none.

    Parameters
    ----------
    folder
        Where they were read.
    factors
        Names of the factors.
    design, outcomes, summary, comparison, attribution, scorecard, sensitivity
        Content of the files of those names; levels of factors that are not all numbers are text.
    """

    folder: Path
    factors: tuple[str, ...]
    design: pd.DataFrame
    outcomes: pd.DataFrame
    summary: pd.DataFrame
    comparison: pd.DataFrame | None
    attribution: pd.DataFrame | None
    scorecard: pd.DataFrame | None
    sensitivity: pd.DataFrame | None = None

    def values(self) -> pd.DataFrame:
        """A row a finished run: `run_id`, the factors, `replication`, `seed`, then a column a measure."""
        order = list(dict.fromkeys(self.outcomes["measure"]))
        wide = self.outcomes.pivot(index="run_id", columns="measure", values="value")[order]
        return self.design.merge(wide.rename_axis(columns=None), left_on="run_id", right_index=True, how="inner")

    def manifests(self) -> list[dict[str, Any]]:
        """
        Manifest of each finished run.

        Raises
        ------
        ResultsError
            If the file is missing or damaged.
        """
        return list(read_manifest_lines(self.folder / "manifests.jsonl").values())


def load_study(folder: Path | str) -> StudyResults:
    """
    Tables of a study.

    Raises
    ------
    ResultsError
        With every file that is missing or damaged.
    """
    where = Path(folder)
    faults: list[str] = []
    tables: dict[str, pd.DataFrame | None] = {}
    for name in COLUMNS:
        path = where / f"{name}.csv"
        if name in ("comparison", "attribution", "scorecard", "sensitivity") and not path.is_file():
            tables[name] = None
            continue
        try:
            tables[name] = read_study_table(path, name)
        except ResultsError as error:
            faults += error.faults
    if faults:
        raise ResultsError(faults)
    design, outcomes, summary = tables["design"], tables["outcomes"], tables["summary"]
    assert design is not None and outcomes is not None and summary is not None
    factors = tuple(str(name) for name in design.columns if name not in NO_FACTORS)
    return StudyResults(
        *(where, factors, design, outcomes, summary, tables["comparison"], tables["attribution"]),
        *(tables["scorecard"], tables["sensitivity"]),
    )


def load_kpis(folders: Iterable[Path | str]) -> pd.DataFrame:
    """
    Indicators of runs: columns `run_id, scenario, network, seed, measure, value, unit`.

    Parameters
    ----------
    folders
        Folders of runs.

    Raises
    ------
    ResultsError
        With every run that is missing or not finished.
    """
    rows: list[tuple[object, ...]] = []
    faults: list[str] = []
    for folder in map(Path, folders):
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            kpis = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
            if manifest["status"] != "complete":
                raise ValueError(f"status {manifest['status']}")
            head = (manifest["run_id"], "+".join(manifest["scenario"]), manifest["network"]["name"], manifest["seed"])
            rows += [(*head, name, entry["value"], entry["unit"]) for name, entry in kpis.items()]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(f"{folder}: expected the files of a finished run, {type(error).__name__}: {error}")
    if faults:
        raise ResultsError(faults)
    table = pd.DataFrame(rows, columns=["run_id", "scenario", "network", "seed", "measure", "value", "unit"])
    return table.astype({"value": "float64"})


def load_tables(folders: Iterable[Path | str], name: str) -> pd.DataFrame:
    """
    One result table of several runs below each other, `run_id` and `seed` in front.

    Parameters
    ----------
    folders
        Folders of runs.
    name
        Name of the table: `stops`, `trips` ...

    Raises
    ------
    ResultsError
        With every file that is missing, damaged or of another schema.
    """
    parts: list[pd.DataFrame] = []
    faults: list[str] = []
    for folder in folders:
        try:
            table, stamp = read_table(folder, name), read_stamp(Path(folder) / f"{name}.parquet")
        except ResultsError as error:
            faults += error.faults
            continue
        table.insert(0, "run_id", stamp.run_id)
        table.insert(1, "seed", stamp.seed)
        parts.append(table)
    if faults:
        raise ResultsError(faults)
    if not parts:
        raise ResultsError(f"table {name!r}: expected one folder of a run or more, found none")
    return pd.concat(parts, ignore_index=True)


def connect(folder: Path | str) -> duckdb.DuckDBPyConnection:
    """
    A DuckDB connection in memory with the tables of a study, and `results`: outcomes joined with the design.

    Raises
    ------
    ResultsError
        If the study is damaged, or DuckDB is not installed.
    """
    study = load_study(folder)
    try:
        import duckdb
    except ImportError as error:
        raise ResultsError(
            "DuckDB is not installed; expected the extra: pip install 'urban-freight-sim[studies]'"
        ) from error
    connection = duckdb.connect()
    tables = {name: getattr(study, name) for name in COLUMNS}
    tables["results"] = study.outcomes.merge(study.design, on="run_id")
    for name, table in tables.items():
        if table is not None:
            connection.register(f"_{name}", table)
            connection.execute(f"create table {name} as select * from _{name}")
            connection.unregister(f"_{name}")
    return connection
