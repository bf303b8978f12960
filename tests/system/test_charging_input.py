"""Chargers, berths, batteries and tariffs that cannot be: every fault at once, exit code 2; files that runs read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import main
from sim.config.overrides import scenario_from_overrides
from sim.model import DeliveryModel

GRID = ("network=grid", "traffic=off", "run.figures=false")
HOLE = '{from: "08:00", until: "24:00", price_cny_per_kwh: 1.0}'
TWICE = '{from: "00:00", until: "24:00", price_cny_per_kwh: 1.0}'


def _refused(arguments: list[str], says: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))
    capsys.readouterr()
    assert main(["run", *GRID, *arguments]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    for text in says:
        assert text in told, told
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["fleet.vehicle_types.electric_van.battery_kwh=0"], ("electric_van", "battery_kwh", "found 0")),
        (["fleet.vehicle_types.electric_van.battery_kwh=1e-9"], ("battery_kwh of 0.1 or more", "1e-09")),
        (
            ["charging.soc_morning_min=0.9", "charging.soc_full=0.5"],
            ("soc_morning_min", "above soc_full", "0.9 and 0.5"),
        ),
        (["charging.depot_charger_share=1.2"], ("charging.depot_charger_share", "1.2")),
        (["charging.site_power_kw=0"], ("charging.site_power_kw", "found 0")),
        ([f"charging.public_tariff.bands=[{HOLE}]"], ("public_tariff", "no price from 00:00 until 08:00")),
        ([f"charging.depot_tariff.bands=[{TWICE},{HOLE}]"], ("depot_tariff", "more than one price from 08:00")),
        (["charging.sites_from=ocpi"], ("locations_file", "None")),
        (["charging.sites_from=ocpi", "charging.locations_file=nowhere.json"], ("nowhere.json", "cannot be read")),
        (["energy.grid_factor_by_hour_kg_per_kwh=[0.5,0.6]"], ("expected 24 numbers, found 2",)),
        (["energy.temperature_c=-80"], ("energy.temperature_c", "-80")),
        (
            [
                "fleet.vehicle_types.electric_van.battery_kwh=0",
                "charging.depot_charger_share=-0.1",
                "charging.soc_reserve=1.5",
                f"charging.public_tariff.bands=[{HOLE}]",
            ],
            ("battery_kwh", "depot_charger_share", "soc_reserve", "no price from 00:00 until 08:00"),
        ),
    ],
)
def test_faults_are_told_together(
    overrides: list[str],
    says: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Battery 0, shares outside 0 to 1, hours without a price and with two, files that are not there."""
    monkeypatch.chdir(tmp_path)
    _refused(overrides, says, tmp_path, capsys)


def test_a_file_cut_short_is_refused_and_a_whole_one_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Chargers written by `sim network chargers`, cut in the middle, and as they are."""
    monkeypatch.chdir(tmp_path)
    assert main(["network", "chargers", "--network", "grid", "--connectors", "6", "--out", "sites.json"]) == 0
    assert "2 locations with 6 EVSEs" in capsys.readouterr().out
    whole = Path("sites.json").read_text(encoding="utf-8")
    use = ["charging.sites_from=ocpi", "charging.locations_file=sites.json"]
    Path("sites.json").write_text(whole[: len(whole) // 2], encoding="utf-8")
    _refused(use, ("sites.json: line", "cut short"), tmp_path, capsys)
    Path("sites.json").write_text(whole, encoding="utf-8")
    day = [*GRID, "scenario=electric", "planning.iterations=10", "paths.run_dir=run", "run.workers=1"]
    assert main(["run", *day, *use]) == 0
    assert Path("run/kpis.json").is_file()
    assert "sites.json" in Path("run/manifest.json").read_text(encoding="utf-8")


def test_berths_on_links_that_are_not_there_are_refused_before_anything_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table with an unknown link and a zone file cut short: no plan, no folder of the run."""
    monkeypatch.chdir(tmp_path)
    Path("berths.csv").write_text("berth_id,lon,lat,spaces,link_id\na,-32.99,36.14,2,999999999\n", encoding="utf-8")
    _refused(["berths.berths_file=berths.csv"], ("berths.csv: row 2", "999999999"), tmp_path, capsys)
    Path("zones.json").write_text('{"version": "1.0", "data": {"zones": [', encoding="utf-8")
    _refused(["berths.berths_file=zones.json"], ("zones.json", "ends early"), tmp_path, capsys)
    Path("zones.json").write_text('{"version": "1.0", "data": {"zones": [], "policies": []}}', encoding="utf-8")
    _refused(["berths.berths_file=zones.json"], ("zones.json", "found no zone"), tmp_path, capsys)


def test_the_table_of_berths_is_among_the_inputs_of_a_run(tmp_path: Path) -> None:
    """Its hash stands in the manifest, so that `sim reproduce` sees another table."""
    table = tmp_path / "berths.csv"
    table.write_text("berth_id,lon,lat,spaces\na,-32.99,36.14,2\n", encoding="utf-8")
    overrides = [*GRID, f"berths.berths_file={table}"]
    before = DeliveryModel(scenario_from_overrides(overrides)).input_sha256()[str(table)]
    table.write_text("berth_id,lon,lat,spaces\na,-32.99,36.14,3\n", encoding="utf-8")
    assert DeliveryModel(scenario_from_overrides(overrides)).input_sha256()[str(table)] != before
