"""Fleets that respond, on a grid of six vans."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.config import load_scenario
from sim.errors import ConfigError
from sim.experiment import FleetResponse, follow_fleets
from sim.experiment.fleet_budget import with_effects
from sim.experiment.fleet_days import KnownDays

SMALL = (
    "network=grid",
    "traffic=off",
    "fleet.carriers=2",
    "demand.orders_per_day=120",
    "planning.iterations=20",
    "paths.cache_dir=null",
    "run.workers=1",
    "fleet_response.last_year=2023",
    "fleet_response.iteration.max_rounds=4",
)


KNOWN: KnownDays = {}


def _respond(*overrides: str) -> FleetResponse:
    base, scenario = load_scenario("baseline", SMALL), load_scenario("baseline", [*SMALL, *overrides])
    return follow_fleets(base, scenario, known=KNOWN)


def _electric(found: FleetResponse, column: str = "share") -> float:
    rows = found.shares
    own = rows[(rows["carrier"] == "all") & (rows["vehicle_type"] == "electric_van") & (rows["year"] == 2023)]
    return float(own[column].iloc[0])


@pytest.fixture(scope="module")
def by_subsidy() -> dict[int, FleetResponse]:
    """Responses to purchase subsidies."""
    return {paid: _respond(f"incentives.purchase_subsidy_cny.electric_van={paid}") for paid in (0, 10_000, 30_000)}


def test_no_incentive_leaves_fleets_as_they_are(by_subsidy: dict[int, FleetResponse]) -> None:
    """The scenario that is its own reference settles at once, at the mix of the base year; the city pays nothing."""
    found = by_subsidy[0]
    assert found.is_settled and found.rounds["residual"].max() < 1e-12
    assert _electric(found) == pytest.approx(0.3)
    assert (found.shares["tco_cny"] == found.shares["base_tco_cny"]).all()
    assert (found.budget["spending_cny"] == 0.0).all()
    assert (found.budget["co2_saved_t"] == 0.0).all()


def test_more_subsidy_never_lowers_the_electric_share(by_subsidy: dict[int, FleetResponse]) -> None:
    """0, 10,000 and 30,000 CNY a van: shares and spending rise; the reference stays."""
    shares = [_electric(found) for found in by_subsidy.values()]
    assert shares[0] < shares[1] < shares[2]
    spending = [found.budget["spending_cny"].iloc[-1] for found in by_subsidy.values()]
    assert spending[0] < spending[1] < spending[2]
    assert {round(_electric(found, "base_share"), 9) for found in by_subsidy.values()} == {0.3}


def test_shares_add_up_and_the_whole_is_the_sum_of_carriers(by_subsidy: dict[int, FleetResponse]) -> None:
    """In every year and fleet shares add up to 1; vans of all are those of the carriers."""
    rows = by_subsidy[10_000].shares
    assert rows.groupby(["year", "carrier"])["share"].sum().to_numpy() == pytest.approx(1.0)
    own = rows[rows["carrier"] != "all"].groupby(["year", "vehicle_type"])["vans"].sum()
    whole = rows[rows["carrier"] == "all"].set_index(["year", "vehicle_type"])["vans"]
    assert whole.sort_index().to_numpy() == pytest.approx(own.sort_index().to_numpy())


def test_purchase_subsidies_are_paid_for_vans_bought(by_subsidy: dict[int, FleetResponse]) -> None:
    """A seventh of the fleet is replaced: the city pays 10,000 CNY for each electric van among them."""
    found = by_subsidy[10_000]
    rows = found.shares[found.shares["carrier"] == "all"].set_index(["year", "vehicle_type"])["vans"]
    kept = rows[2022, "electric_van"] * 6 / 7
    assert found.budget["purchase_cny"].iloc[0] == pytest.approx(
        10_000.0 * (rows[2023, "electric_van"] - kept), rel=1e-6
    )


def test_effects_of_a_budget_by_hand() -> None:
    """1,000 CNY in each of two years for 2 t and 2 % of cost, then 0: 1,000 a tonne; nothing gained has no price."""
    budget = pd.DataFrame(
        {
            "year": [2023, 2024],
            **{f"{part}_cny": [250.0, 250.0] for part in ("purchase", "scrappage", "operating", "tariff")},
            "spending_cny": [1000.0, 1000.0],
            "co2_t": [8.0, 10.0],
            "base_co2_t": [10.0, 10.0],
            "cost_per_tonne_km": [98.0, 100.0],
            "base_cost_per_tonne_km": [100.0, 100.0],
        }
    )
    found = with_effects(budget).set_index("year")
    assert found["co2_saved_t"].tolist() == [2.0, 0.0, 2.0]
    assert found["cny_per_tonne_co2"].fillna(-1.0).tolist() == [500.0, -1.0, 1000.0]
    assert found["cost_reduction_percent"].tolist() == pytest.approx([2.0, 0.0, 1.0])
    assert found["cny_per_percent_cost"].fillna(-1.0).tolist() == pytest.approx([500.0, -1.0, 1000.0])


def test_the_command_writes_tables_and_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares, budget, rounds, manifest and figure; exit code 0 when every year settled."""
    folder = tmp_path / "out"
    code = main(["fleet-response", "baseline", *SMALL, "--base", "baseline", "--out", str(folder)])
    assert code == 0
    names = {"fleet_response.csv", "rounds.csv", "budget.csv", "manifest.json", "fleet_response.png"}
    assert {path.name for path in folder.iterdir()} == names
    table = pd.read_csv(folder / "fleet_response.csv")
    assert list(table.columns[:3]) == ["year", "carrier", "vehicle_type"] and {"share", "tco_cny"} <= set(table.columns)
    assert "2023" in capsys.readouterr().out


def test_types_without_a_price_and_years_without_an_end_are_told_together() -> None:
    """A type nobody has priced, a purchase share of a type that is not there, and no year to follow."""
    overrides = [
        *SMALL,
        "fleet_response.last_year=2022",
        "fleet_response.choice.base_purchase_shares={electric_van:0.5,rocket:0.5}",
        "~fleet_response.vehicles.diesel_van",
    ]
    scenario = load_scenario("baseline", overrides)
    with pytest.raises(ConfigError) as refused:
        follow_fleets(scenario, scenario)
    text = str(refused.value)
    assert "rocket" in text and "diesel_van" in text and "last_year" in text
