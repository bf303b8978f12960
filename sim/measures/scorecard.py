"""
What the demonstration plan and the programme's form ask, and when a target counts as met.

Targets are on relative changes from the base year, or on values in the target year. A target is met when the whole
95 % interval lies on its good side, not met when it lies on the other, and not shown when it spans the target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["met", "not met", "not shown"]
Reading = Literal["change", "value"]

VERDICT_ZH: dict[str, str] = {"met": "达标", "not met": "未达标", "not shown": "未能证明", "by hand": "人工填报"}
"""Verdicts in Chinese."""


@dataclass(frozen=True, slots=True)
class Target:
    """
    A row of the appraisal that a simulation answers.

    Parameters
    ----------
    row
        Row of the programme's form, or of the plan.
    title, title_zh
        What is asked.
    measure
        Indicator that answers it.
    reading
        `change` for the relative change from the base year, `value` for the value in the target year.
    is_at_least
        Whether higher is better.
    limit
        Target: a share for a change, in the unit of the measure for a value.
    is_strict
        Whether the limit itself does not meet the target.
    reported
        Whether this is the official reading; others are told beside it.
    hangs_on
        Assumptions, as configuration keys, that the verdict rests on.
    source
        Who sets the target.
    """

    row: str
    title: str
    title_zh: str
    measure: str
    reading: Reading
    is_at_least: bool
    limit: float
    hangs_on: tuple[str, ...]
    is_strict: bool = False
    reported: bool = True
    source: str = "Zhangdian plan, 2023"

    def verdict(self, mean: float, low: float, high: float) -> Verdict:
        """
        Whether the target is met.

        Parameters
        ----------
        mean
            Mean over the replications.
        low, high
            Its 95 % interval; NaN leaves the question open, unless the measure does not vary.

        Examples
        --------
        >>> cost = TARGETS[0]
        >>> cost.verdict(-0.15, -0.17, -0.13), cost.verdict(-0.11, -0.13, -0.09), cost.verdict(-0.02, -0.03, -0.01)
        ('met', 'not shown', 'not met')
        """
        if math.isnan(mean) or math.isnan(low) or math.isnan(high):
            return "not shown"
        worst, best = (low, high) if self.is_at_least else (high, low)
        if self._meets(worst):
            return "met"
        return "not shown" if self._meets(best) else "not met"

    def _meets(self, value: float) -> bool:
        if value == self.limit:
            return not self.is_strict
        return value > self.limit if self.is_at_least else value < self.limit


# What counts most in results/assumptions/sensitivity.csv, and the mix of fleets, which that study did not vary.
_COSTS = ("fleet.orders_per_van", "fleet.shift_h", "cost.failed_order_cny", "demand.growth")
_ENERGY = ("fleet.mix", "energy.temperature_c", "demand.growth", "fleet.orders_per_van")
_JOINT = ("joint.share", "joint.share_by_type")
_USE = ("fleet.orders_per_van", "demand.growth", "fleet.shift_h")

TARGETS: tuple[Target, ...] = (
    Target("8 降本增效", "Delivery cost per t km, shipment distance", "配送成本（按货物起讫距离吨公里）",
           "cost_per_tonne_km_shipment", "change", False, -0.10, _COSTS),
    Target("8 降本增效", "Delivery cost per t km, as driven", "配送成本（按实际行驶吨公里）",
           "cost_per_tonne_km", "change", False, -0.10, _COSTS, reported=False),
    Target("9 节能减排", "Energy per t km, shipment distance", "单位周转量能耗（按货物起讫距离）",
           "energy_per_tonne_km_shipment", "change", False, -0.03, _ENERGY),
    Target("9 节能减排", "Energy per t km, as driven", "单位周转量能耗（按实际行驶）",
           "energy_per_tonne_km", "change", False, -0.03, _ENERGY, reported=False),
    Target("8 降本增效", "Vehicle utilisation: km per van and day", "车辆利用效率（日均行驶里程）",
           "van_km_per_van_day", "change", True, 0.20, _USE),
    Target("8 降本增效", "Vehicle utilisation: t km per van and day", "车辆利用效率（日均周转量）",
           "tonne_km_per_van_day", "change", True, 0.20, _USE, reported=False),
    Target("8 降本增效", "Vehicle utilisation: load factor", "车辆利用效率（装载率）",
           "load_factor", "change", True, 0.20, _USE, reported=False),
    Target("3 车辆及配套", "Electric and plug-in vans per public charger", "新能源配送车辆与充电桩之比",
           "nev_per_charger", "value", False, 3.0, ("charging.vans_per_connector", "fleet.mix"), is_strict=True),
    Target("3 车辆及配套", "The same, national ceiling", "新能源配送车辆与充电桩之比（国家上限）",
           "nev_per_charger", "value", False, 4.0, ("charging.vans_per_connector", "fleet.mix"), reported=False,
           source="city plans of the 2nd and 3rd batch"),
    Target("5 先进组织", "Joint delivery of supermarkets and chains, shops",
           "商超及连锁店共同配送比例（按门店数）",
           "joint_share_chains_shops", "value", True, 0.50, _JOINT),
    Target("5 先进组织", "Joint delivery of supermarkets and chains, volume",
           "商超及连锁店共同配送比例（按货运量）",
           "joint_share_chains_volume", "value", True, 0.50, _JOINT, reported=False),
    Target("5 先进组织", "Joint delivery, share of all shops", "共同配送比例（按全部门店数）",
           "joint_share_shops", "value", True, 0.50, _JOINT, reported=False),
    Target("5 先进组织", "Joint delivery, share of all freight volume", "共同配送比例（按货运量）",
           "joint_share_volume", "value", True, 0.50, _JOINT, reported=False,
           source="city plan of Xi'an"),
    Target("2 基础设施", "Terminal joint delivery stations", "末端共同配送站",
           "terminal_stations", "value", True, 40.0, ("stations.number",)),
)  # fmt: skip
"""
Targets that a simulation answers.

Source: 张政办字〔2023〕15号 (cost -10 %, energy -3 %, utilisation +20 %, vans per charger below 3, joint delivery 50 %,
40 stations) and the rows of the ministry's quarterly form. The formulas are our reading of the wording; the text of
GB/T 45096-2024 was not available. Where a reading is open both stand in the table; `reported` tells the official one.
"""

NUMBERS_TOLD: tuple[tuple[str, str, str, str], ...] = (
    ("5 先进组织", "Night delivery, share of shops", "夜间配送比例（按门店数）", "night_delivery_share_shops"),
    ("5 先进组织", "Night delivery, share of weight", "夜间配送比例（按货运量）", "night_delivery_share"),
    ("3 车辆及配套", "Share of electric and plug-in vans", "新能源配送车辆占比", "nev_share"),
    ("1 体制机制保障", "Subsidies a day", "每日财政补贴", "subsidies"),
)
"""Numbers of the form without a target of the plan: row, title, Chinese title, measure."""

BY_HAND: tuple[tuple[str, str, str, str], ...] = (
    ("leading_group", "1 体制机制保障", "Leading group set up", "成立领导小组"),
    ("joint_meetings", "1 体制机制保障", "Joint meetings held", "联席会议次数"),
    ("enterprise_rule", "1 体制机制保障", "Rule for the appraisal of enterprises", "企业考核办法"),
    ("courier_rule", "1 体制机制保障", "Rule for courier vehicles", "快递车辆管理办法"),
    ("hubs", "2 基础设施", "Trunk-branch hubs in service", "干支衔接型物流枢纽数"),
    ("centres", "2 基础设施", "Public distribution centres in service", "公共配送中心数"),
    ("new_nev_share", "3 车辆及配套", "Electric share of new and renewed vans", "新增及更新车辆中新能源占比"),
    ("stopping_points", "4 便利通行", "Temporary stopping points marked", "临时停靠点数"),
    ("platform_functions", "6 信息化", "Functions of the public platform", "公共信息平台功能"),
    ("aaa_firms", "7 市场主体", "Enterprises rated AAA or better", "AAA级及以上企业数"),
)
"""Rows that a simulation cannot know: key, row of the form, title, Chinese title."""
