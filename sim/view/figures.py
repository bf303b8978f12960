"""Every figure of a run, from its files."""

from __future__ import annotations

from pathlib import Path

from sim.errors import ResultsError
from sim.view.double_parking_map import draw_double_parking_map
from sim.view.gap_figure import GAP_TABLE, draw_assignment_gap
from sim.view.hour_figures import draw_charging_by_hour, draw_kerb_by_hour, draw_vans_by_hour
from sim.view.run_folder import RunFolder
from sim.view.site_figures import draw_charging_sites
from sim.view.state_of_charge import draw_state_of_charge
from sim.view.tour_maps import draw_carrier_maps, draw_day_map
from sim.view.vehicle_figures import draw_cost_by_component, draw_energy_by_type

RUN_FIGURES = {
    "map_day.png": draw_day_map,
    "map_carriers.png": draw_carrier_maps,
    "vans_by_hour.png": draw_vans_by_hour,
    "kerb_by_hour.png": draw_kerb_by_hour,
    "map_double_parking.png": draw_double_parking_map,
    "charging_by_hour.png": draw_charging_by_hour,
    "charging_sites.png": draw_charging_sites,
    "state_of_charge.png": draw_state_of_charge,
    "energy_by_type.png": draw_energy_by_type,
    "cost_by_component.png": draw_cost_by_component,
}
"""File name and drawing of each figure of a run."""

CAR_FIGURES = {"assignment_gap.png": draw_assignment_gap}
"""The same of a run with cars."""


def draw_run_figures(
    run_dir: Path | str, figure: str | None = None, *, suffix: str = "png", out: Path | None = None
) -> list[Path]:
    """
    Draw all figures of a run, or one.

    Parameters
    ----------
    run_dir
        Folder of a finished run.
    figure
        Name of one figure, such as `map_day`; None: all.
    suffix
        `png`, `svg` or `pdf`.
    out
        Folder of the figures; `figures/` in that of the run when None.

    Raises
    ------
    ResultsError
        If the folder is not that of a finished run, or it has no such figure.
    """
    run = RunFolder(run_dir)
    drawings = RUN_FIGURES | (CAR_FIGURES if (run.folder / GAP_TABLE).is_file() else {})
    known = {Path(name).stem: draw for name, draw in drawings.items()}
    if figure is not None and figure not in known:
        raise ResultsError(f"{run.folder}: found no figure {figure!r}; known: {', '.join(known)}")
    folder = run.folder / "figures" if out is None else out
    return [known[name](run, folder / f"{name}.{suffix}") for name in ([figure] if figure else known)]
