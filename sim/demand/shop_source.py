"""The shops of a run, from the source that the configuration names."""

from __future__ import annotations

import pandas as pd

from sim.demand.params import DemandParams
from sim.demand.shops import complete_shops, shops_from_places
from sim.demand.survey import read_survey
from sim.errors import ConfigError
from sim.network import RoadNetwork
from sim.random_streams import RandomStreams


def load_shops(params: DemandParams, network: RoadNetwork, streams: RandomStreams) -> pd.DataFrame:
    """
    Shops with all their properties, columns `SHOP_COLUMNS`.

    Raises
    ------
    SurveyError
        If the survey has faults.
    ConfigError
        If the network has no shops and no survey is given.
    """
    if params.source == "survey":
        assert params.survey_file is not None
        return complete_shops(read_survey(params.survey_file, network), params, streams)
    shops = shops_from_places(network.places, params, streams)
    if shops.empty:
        raise ConfigError(
            f"demand.source: places, but network {network.name} has no shops; "
            "give demand.source=survey demand.survey_file=FILE"
        )
    return shops
