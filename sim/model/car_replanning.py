"""
Cars that react to the day: it is run a few times, and after each those who would gain may change their route.

A round after which cars lose noticeably more time is taken back, and the next one moves half as many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from sim.model.car_traffic import CarTraffic
from sim.traffic import BinnedTravelTimes, replanned_routes

RunDay = Callable[[CarTraffic], tuple[float, BinnedTravelTimes]]
"""Runs the day with cars on their routes: delay of all cars [h], and travel times."""

WORSE = 1.05
"""A round is taken back when the delay of all cars grows by more than this factor [-]. Assumption."""


def after_replanning(traffic: CarTraffic, run_day: RunDay) -> CarTraffic:
    """
    The cars on the routes that they keep to after some have chosen again.

    What carriers believe of travel times stays, so that plans do.

    Parameters
    ----------
    traffic
        Cars on their usual routes.
    run_day
        Runs the day of the scenario.
    """
    settings = traffic.scenario.traffic
    first_delay_h, times = run_day(traffic)
    kept, delay_h, step = traffic, first_delay_h, 1.0
    looked, rounds = 0, []
    for turn in range(settings.replan_rounds):
        assert kept.cars is not None and kept.car_trips is not None
        found = replanned_routes(
            kept.network,
            kept.car_trips,
            kept.cars.routes,
            times,
            settings,
            turn=turn,
            step=step,
            seed=settings.background.seed if settings.background else 0,
            threads=kept.scenario.run.workers or os.cpu_count() or 1,
        )
        looked = found.lookers
        if found.changed == 0:
            break
        trial = replace(kept, cars=replace(kept.cars, routes=found.routes))
        trial_delay_h, trial_times = run_day(trial)
        is_kept = trial_delay_h <= WORSE * delay_h
        rounds.append(
            {
                "would_gain": found.gaining,
                "changed": found.changed,
                "expected_gain_s": found.expected_gain_s,
                "car_delay_hours": trial_delay_h,
                "is_kept": is_kept,
            }
        )
        if is_kept:
            kept, delay_h, times = trial, trial_delay_h, trial_times
        else:
            step /= 2.0
    report = {
        "share": settings.replan_share,
        "looked": looked,
        "car_delay_hours_before": first_delay_h,
        "car_delay_hours_after": delay_h,
        "rounds": rounds,
    }
    return replace(kept, replan_report=report)
