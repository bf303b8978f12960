"""
The traffic kernels as plain Python: the same source, executed by the interpreter instead of compiled by numba.

Slow, and equal to the compiled kernels to the byte; tests hold the two against each other.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numba

_MODULES = (
    "sim.energy.consumption",
    "sim.traffic.compiled",
    "sim.traffic.event_calendar",
    "sim.traffic.link_moves",
    "sim.traffic.tracked_moves",
    "sim.traffic.box_junction",
    "sim.traffic.kernels",
)


@cache
def plain_kernels() -> ModuleType:
    """The module `sim.traffic.kernels`, and all that it calls, loaded a second time with compiling switched off."""
    compiled = {name: import_module(name) for name in _MODULES}
    config: Any = numba.config
    was_off = config.DISABLE_JIT
    config.DISABLE_JIT = 1
    try:
        for name in _MODULES:
            del sys.modules[name]
        plain = {name: import_module(name) for name in _MODULES}
    finally:
        config.DISABLE_JIT = was_off
        for name, module in compiled.items():
            sys.modules[name] = module
            package, _, attribute = name.rpartition(".")
            setattr(sys.modules[package], attribute, module)
    return plain[_MODULES[-1]]
