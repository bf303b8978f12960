"""
A delivery day in a city: traffic, freight and access rules in one simulation, vehicle by vehicle.

    import sim

    scenario = sim.load_scenario("baseline", overrides=["network=helsinki"])
    model = sim.DeliveryModel(scenario, seed=1)
    model.run()
    model.kpis()

Both names are loaded on first use, so that `from sim.traffic import load_network` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.config.load import load_scenario as load_scenario
    from sim.model import DeliveryModel as DeliveryModel

__version__ = "0.1.0"

_LAZY = {"load_scenario": "sim.config.load", "DeliveryModel": "sim.model"}

__all__ = ["DeliveryModel", "__version__", "load_scenario"]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
