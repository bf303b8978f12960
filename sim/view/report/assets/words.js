"use strict";
/* Every word of the page in English and Chinese. */
const WORDS = {
  language: ["中文", "English"], print: ["Print", "打印"], loading: ["Loading …", "正在载入…"],
  scenario: ["Scenario", "情景"], run: ["Run", "运行"], seed: ["seed", "种子"], base: ["base", "基准"], against: ["compared with", "对比"],
  one_pair: ["one pair of days, no interval", "仅一对日，无区间"], interval: ["95 % interval, n =", "95% 区间，n ="],
  overview: ["Indicators", "主要指标"], map: ["Map and replay", "地图与回放"], curves: ["The day by quarter of an hour", "全天曲线（每 15 分钟）"], table: ["All indicators", "全部指标"],
  scorecard: ["Scorecard", "考核评分"], study: ["Study", "实验研究"], assumptions: ["What was assumed", "假设与可信度"], provenance: ["Where this comes from", "来源与可追溯"], cost: ["Cost by component", "成本构成"],
  play: ["Play", "播放"], pause: ["Pause", "暂停"], speed: ["Speed", "速度"], time: ["Time of day", "时刻"], colour_by: ["Colour vans by", "车辆着色"],
  powertrain: ["powertrain", "动力类型"], class: ["access class", "车辆类别"], carrier: ["carrier", "承运企业"], type: ["vehicle type", "车型"],
  layers: ["Layers", "图层"], speeds: ["Speed by link", "路段速度"], zones: ["Zones and closures", "限行区"], berths: ["Loading berths", "装卸泊位"], chargers: ["Chargers", "充电站"], shops: ["Shops", "商户"],
  double: ["Double parking", "占道停车"], nodes: ["Hubs, centres, stations", "枢纽、配送中心、末端站"], vans: ["Vans", "货车"],
  find_van: ["Choose a van", "选择车辆"], none_chosen: ["none", "未选择"], zoom_in: ["Zoom in", "放大"], zoom_out: ["Zoom out", "缩小"], whole: ["Whole map", "全图"],
  hint: ["Click a van, berth, charger, shop or street. Keys on the map: arrows move, + − zoom, space plays, [ ] quarter of an hour, n p next van.", "点击车辆、泊位、充电站、商户或道路。地图快捷键：方向键移动，+ − 缩放，空格播放，[ ] 前后一刻钟，n p 切换车辆。"],
  close: ["Close", "关闭"], now: ["Now", "当前"], closed_now: ["closed now", "现在禁行"], rule_holds: ["rule holds", "规则生效"],
  home: ["at the depot", "在场站"], driving: ["driving", "行驶中"], waiting: ["waiting for a berth", "等待泊位"], berth: ["in a berth", "停在泊位"], double_state: ["double-parked", "占道停车"], offstreet: ["off the street", "路外停放"], queue: ["waiting for a charger", "等待充电"], charging: ["charging", "充电中"], standing: ["standing", "停放"],
  van: ["Van", "车辆"], load: ["Load on board", "车上货物"], charge: ["State of charge", "电量"], battery_used: ["Electricity used", "已用电量"], fuel_used: ["Fuel used", "已用油量"], driven: ["Driven so far", "已行驶"], day_km: ["Distance of the day", "全天里程"], van_cost: ["Cost of the day (share of its carrier's)", "全天成本（按承运企业分摊）"],
  stops: ["Stops", "停靠"], orders: ["Orders", "订单"], tour: ["Tour", "行程"], at: ["At", "时间"], place: ["Place", "地点"], parking: ["Parking", "停车"], outcome: ["Outcome", "结果"], wait: ["Wait", "等待"], weight: ["Weight", "重量"],
  parking_berth: ["berth", "泊位"], parking_double: ["double", "占道"], parking_offstreet: ["off street", "路外"],
  delivered: ["delivered", "已送达"], failed: ["failed", "失败"], refused: ["refused", "拒收"], partial: ["partly", "部分"],
  kind_shop: ["Shop", "商户"], kind_home: ["Home", "住户"], kind_station: ["Terminal station", "末端配送站"], kind_berth: ["Loading berth", "装卸泊位"], kind_charger: ["Charging site", "充电站"], kind_hub: ["Hub", "枢纽"], kind_centre: ["Distribution centre", "公共配送中心"], kind_depot: ["Depot", "场站"], kind_link: ["Street", "道路"],
  spaces: ["Spaces", "车位"], connectors: ["Connectors", "充电枪"], inside_now: ["There now", "当前在用"], waiting_now: ["Waiting now", "当前等待"], stays: ["Stays of the day", "全天停放"], sessions: ["Sessions of the day", "全天充电"], visits: ["Deliveries of the day", "全天到货"], arrived: ["Arrived", "到达"], parked: ["Parked", "停入"], left: ["Left", "离开"], plugged: ["Plugged", "开始"], unplugged: ["Unplugged", "结束"], energy: ["Energy", "电量"], based: ["Vans based here", "驻场车辆"],
  length: ["Length", "长度"], lanes: ["Lanes", "车道"], free_speed: ["Free speed", "自由流速度"], capacity: ["Capacity", "通行能力"], vehicles: ["Vehicles of the day", "全天车流"], vans_of_day: ["Vans among them", "其中货车"], speed_by_hour: ["Speed by time of day", "分时速度"], road_class: ["Class of road", "道路等级"],
  legend_speed: ["Speed, share of free speed", "速度（占自由流）"], slow: ["slow", "慢"], free: ["free", "畅通"], moving: ["driving", "行驶"], stopped: ["stopped", "停车"],
  vans_driving: ["Vans driving", "行驶中的货车"], vans_at_stops: ["Vans at stops", "停靠中的货车"], orders_delivered: ["Orders delivered per quarter of an hour", "每刻钟送达订单"], orders_delivered_so_far: ["Orders delivered so far", "累计送达订单"], waiting_for_berth: ["Vans waiting for a berth", "等待泊位的货车"], double_parked: ["Vans double-parked", "占道停放的货车"], charging_power: ["Charging power", "充电功率"], waiting_for_charger: ["Vans waiting for a public charger", "等待公共充电的货车"], mean_speed: ["Mean speed of all vehicles", "全部车辆平均速度"], closed_entries: ["Entries into closed links", "违规驶入"],
  hour: ["hour of day", "时刻（时）"], zoom_hint: ["Drag across a curve to zoom, double-click to zoom out.", "在曲线上拖动可放大，双击还原。"], this_run: ["this run", "本次运行"],
  measure: ["Indicator", "指标"], value: ["Value", "数值"], unit: ["Unit", "单位"], change: ["Change", "变化"], difference: ["Difference", "差值"], better: ["Better", "更优"], lower: ["lower", "越低越好"], higher: ["higher", "越高越好"], meaning: ["Meaning", "含义"],
  key: ["Setting", "参数"], note: ["Words beside it", "说明"], confidence: ["Backing", "依据"], assumption: ["assumption", "假设"], source: ["source named", "有来源"], described: ["described, no source", "有说明，无来源"], none: ["nothing said", "未说明"], changed: ["changed for this run", "本次已更改"], filter: ["Filter", "筛选"], shown_of: ["shown of", "条，共"],
  csv: ["CSV", "CSV"], png: ["PNG", "PNG"], warnings: ["Warnings", "提示"], factor: ["Factor", "因素"], paired: ["Difference from the base, same seeds", "与基准之差（相同种子）"], mean_value: ["Mean", "均值"], show: ["Show", "显示"],
  fixed: ["vehicles", "车辆固定"], driver: ["drivers", "司机"], fuel: ["fuel", "燃油"], electricity: ["electricity", "电费"], maintenance: ["maintenance", "维护"], handling: ["handling", "分拣"], sharing: ["sharing", "共享"], failed_cost: ["failed orders", "配送失败"], recovery: ["recovery", "救援"], parking: ["parking", "停车"], fines: ["fines", "罚款"],
  "Orders and service": ["Orders and service", "订单与服务"], "Transport and vans": ["Transport and vans", "运输与车辆"], Cost: ["Cost", "成本"], "Energy and emissions": ["Energy and emissions", "能耗与排放"], "Electric vans and chargers": ["Electric vans and chargers", "新能源车与充电"], Kerb: ["Kerb", "路侧停车"], "Traffic, rules and nodes": ["Traffic, rules and nodes", "交通、规则与节点"], Other: ["Other", "其他"],
  schematic: ["SCHEMATIC: streets and places are made up by a generator", "示意图：道路与地点由程序生成，并非实测"],
  all_carriers: ["All carriers", "全部企业"], van_list: ["Vans", "车辆"], diesel: ["diesel", "柴油"], petrol: ["petrol", "汽油"], bev: ["electric", "纯电"], phev: ["plug-in hybrid", "插电混动"], human: ["human", "人力"], light: ["light", "轻型"], medium: ["medium", "中型"], heavy: ["heavy", "重型"], tricycle: ["tricycle", "三轮"],
  no_data: ["nothing to show", "无数据"], thinned: ["Traces are thinned to keep the file small", "为减小文件，轨迹已抽稀"], rules_of_day: ["Rules of the day", "当日规则"], who: ["who", "对象"], exempt: ["exempt", "豁免"], when: ["when", "时间"], everyone: ["all vehicles", "所有车辆"], nobody: ["nobody", "无"],
};

const MEASURE_WORDS = {
  orders_total: ["Orders", "订单总数"], orders_delivered: ["Orders delivered", "送达订单"], orders_failed: ["Orders not delivered", "未送达订单"], orders_refused: ["Orders refused", "拒收订单"], orders_on_board: ["Orders still on board", "仍在车上订单"], orders_returned: ["Orders brought back", "退回订单"], delivery_retries: ["Second attempts", "二次配送"], failed_share: ["Share not delivered", "未送达率"], orders_unplanned: ["Orders on no tour", "未排入行程订单"], on_time_share: ["Delivered on time", "准时率"], night_delivery_share: ["Night share (weight)", "夜间配送占比（重量）"], night_delivery_share_shops: ["Night share (shops)", "夜间配送占比（商户）"], joint_share_volume: ["Joint delivery share (volume)", "共同配送占比（货量）"], joint_share_shops: ["Joint delivery share (shops)", "共同配送占比（商户）"], parcels_at_stations_share: ["Parcels through stations", "末端站包裹占比"], visits_per_shop: ["Visits per shop", "每商户到访次数"], visits_per_joint_shop: ["Visits per joint shop", "共配商户到访次数"], orders_shared: ["Orders shared between carriers", "企业间共享订单"],
  van_km: ["Van-kilometres", "货车里程"], tonne_km: ["Tonne-kilometres", "货运周转量"], tonne_km_shipment: ["Tonne-kilometres (shipment)", "货运周转量（货物距离）"], tonnes_delivered: ["Tonnes delivered", "送达吨数"], vans_used: ["Vans used", "使用车辆"], vans_total: ["Vans in all", "车辆总数"], orders_per_van: ["Orders per van", "车均订单"], stops_per_van: ["Stops per van", "车均停靠"], load_factor: ["Load factor (weight)", "装载率（重量）"], load_factor_volume: ["Load factor (volume)", "装载率（体积）"], empty_km_share: ["Empty kilometres", "空驶率"], trunk_km: ["Trunk kilometres", "干线里程"], bulk_transfers: ["Bulk trucks", "干线货车次"], dock_wait_mean: ["Wait at docks", "月台平均等待"], time_utilisation: ["Time in use", "时间利用率"], van_km_per_van_day: ["Kilometres per van and day", "日均车公里"], tonne_km_per_van_day: ["Tonne-km per van and day", "日均车周转量"],
  cost_total: ["Total cost", "总成本"], cost_handling: ["Cost of handling", "分拣成本"], sharing_paid: ["Paid for sharing", "共享支付"], cost_per_tonne_km: ["Cost per tonne-km", "吨公里成本"], cost_per_tonne_km_shipment: ["Cost per tonne-km (shipment)", "吨公里成本（货物距离）"], cost_per_tonne: ["Cost per tonne", "吨成本"], cost_per_order: ["Cost per order", "单均成本"],
  energy_total: ["Energy", "总能耗"], energy_total_kwh: ["Energy (kWh)", "总能耗（kWh）"], energy_per_tonne_km: ["Energy per tonne-km", "吨公里能耗"], energy_per_tonne_km_kwh: ["Energy per tonne-km (kWh)", "吨公里能耗（kWh）"], energy_per_tonne_km_shipment: ["Energy per tonne-km (shipment)", "吨公里能耗（货物距离）"], energy_per_tonne: ["Energy per tonne", "吨能耗"], energy_per_tonne_kwh: ["Energy per tonne (kWh)", "吨能耗（kWh）"], co2_total: ["Carbon dioxide", "二氧化碳"], nox_total: ["Nitrogen oxides", "氮氧化物"], pm_total: ["Particles", "颗粒物"],
  nev_share: ["New-energy vans", "新能源车占比"], nev_per_charger: ["Electric vans per connector", "车桩比"], depot_connectors: ["Depot connectors", "场站充电枪"], charger_wait_mean: ["Wait at chargers, mean", "充电平均等待"], charger_wait_p95: ["Wait at chargers, 95th percentile", "充电等待 95 分位"], charger_utilisation: ["Charger utilisation", "充电桩利用率"], vans_stranded: ["Vans stranded", "抛锚车辆"],
  berth_wait_mean: ["Wait for a berth, mean", "泊位平均等待"], berth_wait_p95: ["Wait for a berth, 95th percentile", "泊位等待 95 分位"], berth_occupancy: ["Berth occupancy", "泊位占用率"], double_parking_hours: ["Double parking", "占道停车时长"],
  network_mean_speed: ["Mean speed of the network", "路网平均速度"], car_delay_hours: ["Delay of cars", "小汽车延误"], violations: ["Entries into closed links", "违规驶入"], fines: ["Fines", "罚款"], terminal_stations: ["Terminal stations", "末端配送站数"],
};

function translator(language) {
  const column = language === "zh" ? 1 : 0;
  return (key) => (WORDS[key] ? WORDS[key][column] : String(key));
}
function measureName(name, language) {
  const known = MEASURE_WORDS[name];
  if (known) return known[language === "zh" ? 1 : 0];
  const plain = String(name).replace(/_/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
