"""A day that is over can be forgotten."""

from __future__ import annotations

import gc
import weakref

import sim


def test_a_model_that_has_run_leaves_the_memory() -> None:
    """Nothing holds the model and its agents once the last name for it is gone: studies run many in one process."""
    model = sim.DeliveryModel(sim.load_scenario("baseline", ["network=grid", "traffic=off"]), seed=1)
    model.run()
    remembered = weakref.ref(model)
    del model
    gc.collect()
    assert remembered() is None
