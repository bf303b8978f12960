"""
Numbers of agents, and the models that Mesa remembers for them.

Mesa up to 3.4 counts agents in a table of its class `Agent` that holds every model for ever, with all its agents and
arrays: a study of 25 whole cities in one process grew to 14 GB.
"""

from __future__ import annotations

import mesa


def let_go_of_model(model: mesa.Model) -> None:
    """
    Take a model out of Mesa's table of counts, so that its memory can be had again.

    Parameters
    ----------
    model
        A model that makes no more agents.
    """
    counts = getattr(mesa.Agent, "_ids", None)  # gone in Mesa 3.5
    if counts is not None:
        counts.pop(model, None)
