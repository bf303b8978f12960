"""Configurations: every shipped option is valid, scenarios add up, faults are told together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config import Scenario, add_up, load_scenario
from sim.config.overrides import scenario_from_overrides
from sim.config.scenarios import parts_of
from sim.errors import ConfigError
from sim.experiment import run_id_of
from sim.resources import resource_names, shipped_folder

GROUPS = [path.name for path in sorted(shipped_folder("configs").iterdir()) if path.is_dir()]
OPTIONS = [
    (group, name)
    for group in GROUPS
    if group not in ("scenario", "experiment")
    for name in resource_names("configs", group)
]


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_composes_and_validates(group: str, option: str) -> None:
    """A broken YAML file cannot be shipped."""
    assert isinstance(load_scenario("baseline", [f"{group}={option}"]), Scenario)


@pytest.mark.parametrize("name", resource_names("configs", "scenario"))
def test_every_scenario_composes(name: str) -> None:
    """By its name alone."""
    assert load_scenario(name).scenario.names == (name,)


@pytest.mark.parametrize("name", resource_names("configs", "experiment"))
def test_every_experiment_composes_and_is_not_undone_by_the_baseline(name: str) -> None:
    """An experiment file opens with its command and sets what it says."""
    path = shipped_folder("configs") / "experiment" / f"{name}.yaml"
    assert f"# sim run experiment={name}" in path.read_text(encoding="utf-8")
    scenario = scenario_from_overrides([f"experiment={name}"])
    assert scenario.content() != load_scenario("baseline").content()


def test_an_experiment_may_choose_network_and_policy() -> None:
    """And the command line still wins over it."""
    scenario = scenario_from_overrides(["experiment=rush_hour_helsinki", "berths.spaces_per_shop=0.3"])
    assert scenario.network.name == "helsinki"
    assert scenario.policy == load_scenario("peak_ban").policy
    assert scenario.berths.spaces_per_shop == 0.3
    assert not scenario_from_overrides(["experiment=rush_hour_helsinki", "scenario=baseline"]).policy.rules


def test_scenarios_add_up_from_left_to_right() -> None:
    """peak_ban and electric touch different keys and hold together."""
    both = load_scenario("peak_ban+electric")
    assert both.policy == load_scenario("peak_ban").policy
    assert both.fleet.mix["electric_van"] == 1.0
    assert both.scenario.names == ("peak_ban", "electric")


def test_equal_settings_of_two_scenarios_are_no_contradiction() -> None:
    """peak_ban and base_2022 set the policy to one value."""
    assert add_up("peak_ban+base_2022").overrides == ("policy=peak_ban",)


def test_a_later_scenario_may_say_that_it_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a user's own configs folder, which goes before the shipped one."""
    folder = tmp_path / "configs" / "scenario"
    folder.mkdir(parents=True)
    text = "description: Mine.\noverrides: [policy=none]\n"
    (folder / "stubborn.yaml").write_text(text, encoding="utf-8")
    (folder / "lenient.yaml").write_text(text + "overrides_earlier: [policy]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="stubborn sets policy=none"):
        add_up("peak_ban+stubborn")
    assert add_up("peak_ban+lenient").overrides == ("policy=none",)
    assert not load_scenario("peak_ban+lenient").policy.rules


def test_a_users_own_option_goes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configs folder in the current directory replaces an option of the same name and adds new ones."""
    folder = tmp_path / "configs" / "service"
    folder.mkdir(parents=True)
    shipped = (shipped_folder("configs") / "service" / "default.yaml").read_text(encoding="utf-8")
    (folder / "default.yaml").write_text(shipped.replace("grace_min: 30.0", "grace_min: 5.0"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_scenario().service.grace_min == 5.0


def test_the_command_line_wins_over_the_scenario() -> None:
    """An override is applied last."""
    assert not load_scenario("peak_ban", ["policy=none"]).policy.rules


def test_all_faults_of_a_configuration_are_told_at_once() -> None:
    """Three wrong values, three lines."""
    with pytest.raises(ConfigError) as caught:
        load_scenario("baseline", ["berths.max_stay_min=-1", "planning.iterations=0", "+service.mood=1"])
    assert len(caught.value.faults) == 3
    assert any("service.mood" in fault for fault in caught.value.faults)


def test_equal_content_has_an_equal_name() -> None:
    """Labels, paths and workers do not count; a seed does."""
    base = load_scenario("peak_ban")
    same = load_scenario("base_2022", ["paths.results_dir=elsewhere", "run.workers=1"])
    assert run_id_of(base, 1) == run_id_of(same, 1)
    assert run_id_of(base, 1) != run_id_of(base, 0)
    assert run_id_of(base, 1) != run_id_of(load_scenario("baseline"), 1)


def test_seed_zero_is_kept() -> None:
    """It is not taken for a missing seed."""
    assert load_scenario("baseline", ["seed=0"]).seed == 0


def test_a_scenario_may_be_the_sum_of_others() -> None:
    """plan_2025 has the overrides of its parts, and what contradicts them is told with the part's name."""
    whole = load_scenario("plan_2025")
    assert whole.scenario.names == ("plan_2025",)
    assert parts_of("plan_2025")[0] == "base_2022" and parts_of("plan_2025")[-1] == "plan_2025"
    assert whole.content() == load_scenario("+".join(parts_of("plan_2025")[:-1])).content()
    with pytest.raises(ConfigError, match="access_by_class sets policy=by_class, all_day_ban sets policy=all_day_ban"):
        add_up("plan_2025+all_day_ban")


def test_a_scenario_is_no_part_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle of sums is told with the way round it."""
    folder = tmp_path / "configs" / "scenario"
    folder.mkdir(parents=True)
    for name, part in (("egg", "hen"), ("hen", "egg")):
        (folder / f"{name}.yaml").write_text(f"description: Made of the {part}.\nsum_of: [{part}]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="egg > hen > egg"):
        add_up("egg")
