"""Parameters of joint delivery for tests."""

from __future__ import annotations

from pathlib import Path

import yaml

from sim.planning import JointParams

_FILE = Path(__file__).resolve().parents[2] / "configs/joint/none.yaml"


def joint(**change: object) -> JointParams:
    """The parameters of `configs/joint/none.yaml` with an operator and some changes."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return JointParams.model_validate(content | {"operator": True} | change)
