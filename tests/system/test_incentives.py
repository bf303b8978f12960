"""Incentives in whole runs: none is none to the byte, and what is paid shows where it should."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from tests.system.conftest import RunMaker

SMALL = ("network=grid", "traffic=off", "fleet.carriers=2")
PAID = (
    *SMALL,
    "incentives.purchase_subsidy_cny.electric_van=20000",
    "incentives.operating_subsidy.tiers=[{from_km_per_month:10,cny_per_month:250}]",
)


def _kpis(folder: Path) -> dict[str, float]:
    return {name: entry["value"] for name, entry in json.loads((folder / "kpis.json").read_text()).items()}


@pytest.mark.slow
def test_payments_of_nothing_equal_no_incentives_to_the_byte(run_dir: RunMaker) -> None:
    """Thresholds that pay 0 CNY and amounts of 0 leave every table and every indicator as it is."""
    plain = run_dir(*SMALL)
    nothing = run_dir(
        *SMALL,
        "incentives.operating_subsidy.tiers=[{from_km_per_month:0,cny_per_month:0}]",
        "incentives.scrappage.min_age_years=0",
        "fleet_response.interest=0.2",
    )
    tables = sorted(path.name for path in plain.glob("*.parquet"))
    assert len(tables) >= 12
    for name in [*tables, "kpis.json"]:
        assert (plain / name).read_bytes() == (nothing / name).read_bytes(), name


def test_a_subsidy_lowers_cost_by_what_it_pays_and_changes_nothing_else(run_dir: RunMaker) -> None:
    """250 CNY a month of 25 working days are 10 CNY a day for each electric van used, and the annuity on top."""
    plain, paid = _kpis(run_dir(*SMALL)), _kpis(run_dir(*PAID))
    vans, trips = (pd.read_parquet(run_dir(*PAID) / f"{name}.parquet") for name in ("vans", "trips"))
    used = vans["van_id"].isin(trips["van_id"]) & (vans["vehicle_type"] == "electric_van")
    assert used.sum() > 0
    assert paid["subsidies_operating"] == pytest.approx(10.0 * used.sum())
    annuity = 20_000 * 0.05 / (1 - 1.05**-7) / 300
    assert paid["subsidies_purchase"] == pytest.approx(annuity * used.sum())
    assert paid["cost_total"] == pytest.approx(plain["cost_total"] - paid["subsidies"])
    same = plain.keys() - {name for name in plain if name.startswith(("cost", "subsidies"))}
    assert {name: plain[name] for name in same} == {name: paid[name] for name in same}


def test_all_faults_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Negative ages, shares that do not add up, discounts above 1 and falling thresholds: a line each, exit code 2."""
    code = main(
        [
            "run",
            "fleet_response.turnover.ages.0.years=-1",
            "fleet_response.choice.base_purchase_shares={electric_van:0.5}",
            "fleet_response.iteration.damping=0",
            "incentives.public_tariff_discount=2",
            "incentives.operating_subsidy.tiers=[{from_km_per_month:9,cny_per_month:1},{from_km_per_month:5,cny_per_month:1}]",
        ]
    )
    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    for text in ("years", "must add up to 1, found 0.5", "damping", "discount", "thresholds must rise"):
        assert sum(text in line for line in lines) == 1, (text, lines)


def test_unknown_vehicle_types_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    """Each key that pays for a type that is not there, and the types there are."""
    code = main(
        [
            "run",
            "+incentives.purchase_subsidy_cny.rocket=5",
            "incentives.scrappage.replaced_by=[bicycle]",
            "incentives.scrappage.cny_per_van=1",
        ]
    )
    error = capsys.readouterr().err
    assert code == 2
    assert "rocket" in error and "bicycle" in error and "cargo_tricycle" in error
