"""
Files of runs and studies as they are handed out: as they lie there, and tables and figures in a second form.

A table of a run (`stops.parquet`) is also handed out as CSV (`stops.parquet.csv`), one of a study (`summary.csv`) as
parquet (`summary.csv.parquet`), and a figure of either (`figures/NAME.png`) as vectors (`figures/NAME.png.svg`), drawn
from the tables beside it as `sim plot` draws it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from starlette.responses import FileResponse, Response

from sim.app.workspace import NotThereError, Workspace
from sim.errors import InputError
from sim.experiment.figure_tables import figure_table
from sim.experiment.study_file import read_study
from sim.results import load_study
from sim.view import draw_run_figures
from sim.view.study_figures import draw_study_figure

_KINDS = {".png": "image/png", ".csv": "text/csv", ".svg": "image/svg+xml"}


def run_file(workspace: Workspace, run: str, name: str) -> Response:
    """
    One result file of a run.

    Raises
    ------
    NotThereError
        If there is no such run or file.
    InputError
        If a figure cannot be drawn from what is there.
    """
    files = workspace.files_of_run(run)
    stem = name.removesuffix(".csv")
    if name.endswith(".parquet.csv") and stem in files:
        table = pd.read_parquet(files[stem])
        binary = [column for column in table if table[column].map(lambda cell: isinstance(cell, bytes)).any()]
        text = "\ufeff" + table.drop(columns=binary).to_csv(index=False)
        return attachment(text.encode(), "text/csv", f"{stem.removesuffix('.parquet')}.csv")
    figure = name.removesuffix(".svg")
    if name.endswith(".png.svg") and figure in files:
        out = workspace.own_folder("figures") / run
        (drawn,) = draw_run_figures(workspace.run_folder(run), Path(figure).stem, suffix="svg", out=out)
        return FileResponse(drawn, media_type=_KINDS[".svg"], filename=drawn.name)
    return _as_it_lies(files, name)


def study_file(workspace: Workspace, study: str, name: str) -> Response:
    """
    One table or figure of a study.

    Raises
    ------
    NotThereError
        If there is no such study or file.
    InputError
        If a figure cannot be drawn from what is there.
    """
    files = workspace.files_of_study(study)
    table, figure = name.removesuffix(".parquet"), name.removesuffix(".svg")
    if name.endswith(".csv.parquet") and table in files:
        content = io.BytesIO()
        pd.read_csv(files[table]).to_parquet(content, index=False)
        return attachment(content.getvalue(), "application/octet-stream", f"{Path(table).with_suffix('').name}.parquet")
    if name.endswith(".png.svg") and figure in files:
        return FileResponse(_as_vectors(workspace, study, Path(figure).stem), filename=f"{Path(figure).stem}.svg")
    return _as_it_lies(files, name)


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Content as a file to keep, never shown as a page."""
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _as_it_lies(files: Mapping[str, Path], name: str) -> Response:
    if name not in files:
        raise NotThereError(f"file: there is no file {name[:80]!r} here")
    kind = _KINDS.get(Path(name).suffix, "application/octet-stream")
    return FileResponse(files[name], media_type=kind, filename=Path(name).name)


def _as_vectors(workspace: Workspace, name: str, figure: str) -> Path:
    study = read_study(str(workspace.folder / "experiments" / name))
    if figure not in study.file.figures:
        raise InputError(f"figure: study {name} draws {', '.join(study.file.figures)}, found {figure!r}")
    found = load_study(workspace.study_folder(name))
    spec = study.file.figures[figure]
    table = figure_table(figure, study.file, found.summary, found.comparison, found.attribution, found.sensitivity)
    path = workspace.own_folder("figures") / f"{name}-{figure}.svg"
    labels = study.file.axis_labels(spec)
    return draw_study_figure(spec.kind, table, path, title=spec.title, study=study.name, **labels)
