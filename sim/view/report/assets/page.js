"use strict";
/* The report page: builds every part from content, with text only ever set as text. */

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

function tableOf(headings, rows, numeric) {
  return el("div", { class: "scroll", tabindex: "0" }, el("table", null,
    el("thead", null, el("tr", null, headings.map((text, i) => el("th", { class: numeric && numeric.includes(i) ? "number" : null, scope: "col" }, text)))),
    el("tbody", null, rows.map((row) => {
      const cells = Array.isArray(row) ? row : row.cells;
      return el("tr", { class: row.class || null, onclick: row.onclick || null }, cells.map((cell, i) => el("td", { class: numeric && numeric.includes(i) ? "number" : null }, cell)));
    }))));
}

class ReportPage {
  constructor(root, content, language) {
    this.root = root; this.content = content; this.language = language === "zh" ? "zh" : "en";
    try { const kept = localStorage.getItem("sim-language"); if (kept && !document.documentElement.dataset.fixed) this.language = kept; } catch (error) { /* files opened from disk may have no storage */ }
    this.day = content.run ? new Day(content) : null;
    this.build();
  }

  t(key) { return translator(this.language)(key); }
  word(key) { return this.t(key); }

  setLanguage(language) {
    this.language = language;
    try { localStorage.setItem("sim-language", language); } catch (error) { /* as above */ }
    const kept = this.map ? { time: this.map.time, selected: this.map.selected, playing: this.map.playing, layers: this.map.layers, speed: this.map.speed, colourBy: this.map.colourBy } : null;
    if (this.map) this.map.pause();
    this.build();
    if (kept && this.map) { Object.assign(this.map, { layers: kept.layers, speed: kept.speed, colourBy: kept.colourBy }); this.map.seek(kept.time); this.map.select(kept.selected); this.syncControls(); if (kept.playing) this.map.play(); }
  }

  build() {
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    this.root.replaceChildren(); this.charts = [];
    const run = this.content.run, parts = [this.header()];
    if (run) parts.push(this.cards(), this.mapSection(), this.curveSection());
    if (this.content.study) parts.push(this.studySection());
    const score = this.content.scorecard || (this.content.study && this.content.study.scorecard);
    if (score) { const shown = this.language === "zh" && score.zh ? score.zh : score; parts.push(this.section("scorecard", tableOf(shown.columns, shown.rows))); }
    if (run) parts.push(this.tableSection(), this.costSection(), this.assumptionSection(), this.provenanceSection());
    this.root.append(...parts.filter(Boolean));
    if (run) this.startMap();
    this.drawCharts();
  }

  section(key, ...children) { return el("section", { id: "part-" + key, "aria-labelledby": "h-" + key }, el("h2", { id: "h-" + key }, this.t(key)), children); }

  header() {
    const run = this.content.run, study = this.content.study;
    const title = run ? run.label : this.t("study") + " · " + study.name;
    const lines = [];
    if (run) { lines.push(el("p", { class: "sub" }, run.name + (run.base_name ? " · " + this.t("against") + " " + run.base_name : ""))); if (run.is_schematic) lines.push(el("p", { class: "badge" }, this.t("schematic"))); for (const text of run.warnings) lines.push(el("p", { class: "warning" }, "⚠ " + text)); }
    return el("header", null, el("div", { class: "title" }, el("h1", null, title), lines),
      el("div", { class: "actions" }, el("button", { id: "language", lang: this.language === "zh" ? "en" : "zh", onclick: () => this.setLanguage(this.language === "zh" ? "en" : "zh") }, this.t("language")), el("button", { onclick: () => window.print() }, this.t("print"))));
  }

  /* -- indicators -- */
  cards() {
    const { rows, cards, pairs, runs } = this.content.indicators, byName = new Map(rows.map((row) => [row.name, row]));
    const box = el("div", { class: "cards" }, cards.map((name) => this.card(byName.get(name))));
    const words = pairs === 1 ? this.t("one_pair") : pairs > 1 ? this.t("interval") + " " + pairs : runs > 1 ? this.t("interval") + " " + runs : "";
    return this.section("overview", box, words && el("p", { class: "note" }, words));
  }

  change(row) {
    if (row.difference_mean === undefined || row.difference_mean === null) return null;
    const good = row.better === null || row.difference_mean === 0 ? "" : (row.difference_mean < 0) === (row.better === "lower") ? "good" : "bad";
    const relative = row.base ? row.difference_mean / Math.abs(row.base) : null, sign = row.difference_mean > 0 ? "+" : row.difference_mean < 0 ? "−" : "±";
    const mark = good === "good" ? "▲ " : good === "bad" ? "▼ " : "";
    const amount = relative !== null ? sign + (Math.abs(relative) * 100).toFixed(1) + " %" : sign + numberText(Math.abs(row.difference_mean));
    const sure = row.difference_low !== null && row.difference_low !== undefined ? (row.difference_low > 0 || row.difference_high < 0) : null;
    return { good, text: mark + amount, interval: row.difference_low !== null && row.difference_low !== undefined ? "[" + numberText(row.difference_low) + ", " + numberText(row.difference_high) + "]" : "", sure };
  }

  card(row) {
    const change = this.change(row), unit = row.unit === "-" ? "" : row.unit;
    return el("article", { class: "card", title: row.meaning, "data-measure": row.name }, el("h3", null, measureName(row.name, this.language)),
      el("p", { class: "value" }, el("b", { "data-value": row.value === null ? "" : String(row.value) }, numberText(row.value)), unit ? " " + unit : ""),
      row.mean !== undefined && row.low !== null && row.low !== undefined && el("p", { class: "interval" }, numberText(row.mean) + " [" + numberText(row.low) + ", " + numberText(row.high) + "]"),
      change && el("p", { class: "change " + change.good + (change.sure === false ? " unsure" : "") }, change.text, change.interval && el("span", { class: "interval" }, " " + change.interval)),
      change && el("p", { class: "base" }, this.t("base") + " " + numberText(row.base)));
  }

  tableSection() {
    const { rows, pairs } = this.content.indicators, headings = [this.t("measure"), this.t("value")];
    if (pairs) headings.push(this.t("base"), this.t("difference"), this.t("change"));
    headings.push(this.t("unit"), this.t("better"));
    const numeric = pairs ? [1, 2, 3, 4] : [1], body = []; let group = null;
    for (const row of rows) {
      if (row.group !== group) { group = row.group; body.push({ class: "group", cells: [this.t(group), ...headings.slice(1).map(() => "")] }); }
      const change = this.change(row), cells = [el("span", { title: row.name + ": " + row.meaning }, measureName(row.name, this.language)), el("span", { "data-kpi": row.name, "data-value": row.value === null ? "" : String(row.value) }, numberText(row.value))];
      if (pairs) cells.push(numberText(row.base), change ? numberText(row.difference_mean) + (change.interval ? " " + change.interval : "") : "", change ? el("span", { class: change.good }, change.text) : "");
      cells.push(row.unit, row.better ? this.t(row.better) : ""); body.push(cells);
    }
    const csv = () => download("indicators.csv", "text/csv", csvText([["measure", "value", "unit", ...(pairs ? ["base", "difference", "low", "high"] : [])], ...rows.map((row) => [row.name, row.value, row.unit, ...(pairs ? [row.base, row.difference_mean, row.difference_low, row.difference_high] : [])])]));
    return this.section("table", el("p", { class: "tools" }, el("button", { onclick: csv }, this.t("csv"))), tableOf(headings, body, numeric));
  }

  costSection() {
    const { components, cny } = this.content.costs, total = cny.reduce((a, b) => a + Math.max(0, b), 0);
    if (!total) return null;
    const rows = components.map((name, i) => [name, cny[i]]).filter(([, value]) => Math.abs(value) > 1e-9).sort((a, b) => b[1] - a[1]);
    return this.section("cost", el("div", { class: "bars" }, rows.map(([name, value]) => el("div", { class: "bar" }, el("span", { class: "bar-name" }, this.t(name === "failed" ? "failed_cost" : name)), el("span", { class: "bar-track" }, this.filled(Math.max(0, value) / total)), el("span", { class: "bar-value" }, numberText(value) + " CNY")))));
  }

  filled(share) { const bar = el("span", { class: "bar-fill" }); bar.style.width = (100 * share).toFixed(1) + "%"; return bar; }

  assumptionSection() {
    const rows = this.content.assumptions, counts = {}; for (const row of rows) counts[row.confidence] = (counts[row.confidence] || 0) + 1;
    const body = el("div"), shown = el("span", { class: "note" });
    const search = el("input", { type: "search", "aria-label": this.t("filter"), placeholder: this.t("filter") });
    const choice = el("select", { "aria-label": this.t("confidence") }, el("option", { value: "" }, this.t("confidence") + ": *"), ["changed", "assumption", "source", "described", "none"].filter((key) => counts[key]).map((key) => el("option", { value: key }, this.t(key) + " (" + counts[key] + ")")));
    const fill = () => {
      const text = search.value.toLowerCase(), found = rows.filter((row) => (!choice.value || row.confidence === choice.value) && (row.key + " " + row.note).toLowerCase().includes(text));
      shown.textContent = found.length + " " + this.t("shown_of") + " " + rows.length;
      body.replaceChildren(tableOf([this.t("key"), this.t("value"), this.t("confidence"), this.t("note")], found.map((row) => [el("code", null, row.key), String(row.value), el("span", { class: "tag tag-" + row.confidence }, this.t(row.confidence)), row.note]), [1]));
    };
    search.addEventListener("input", fill); choice.addEventListener("change", fill); fill();
    return this.section("assumptions", el("p", { class: "tools" }, search, choice, shown), el("div", { class: "tall" }, body));
  }

  provenanceSection() {
    const about = this.content.provenance, rows = [], list = (value) => (value !== null && typeof value === "object" ? (Array.isArray(value) ? value.join(", ") : Object.entries(value).map(([k, v]) => k + " " + (typeof v === "object" && v !== null ? JSON.stringify(v) : v)).join(", ")) : String(value));
    for (const key of ["run_id", "scenario", "network", "seed", "command", "commit", "is_dirty", "start", "end", "wall_s", "config_sha256", "input_sha256", "packages", "python", "platform", "processor", "cores", "schema_version"]) if (about[key] !== undefined && about[key] !== null) rows.push([el("code", null, key), el("span", { class: "break" }, list(about[key]))]);
    return this.section("provenance", tableOf([this.t("key"), this.t("value")], rows));
  }

  /* -- map -- */
  mapSection() {
    const run = this.content.run, box = el("div", { class: "map", id: "map" });
    this.playButton = el("button", { class: "play", id: "play", "aria-pressed": "false", onclick: () => this.map.toggle() }, "▶ " + this.t("play"));
    this.slider = el("input", { type: "range", id: "time", min: run.start_s * 10, max: run.end_s * 10, step: 300, value: run.start_s * 10, "aria-label": this.t("time"), oninput: (event) => this.map.seek(Number(event.target.value)) });
    this.clock = el("output", { class: "clock", id: "clock", for: "time" }, clockText(run.start_s * 10));
    this.speedBox = el("select", { id: "speed", "aria-label": this.t("speed"), onchange: (event) => { this.map.speed = Number(event.target.value); } }, [10, 60, 120, 300, 600, 1200].map((value) => el("option", { value, selected: value === 300 }, value + "×")));
    this.colourBox = el("select", { id: "colour", onchange: (event) => { this.map.colourBy = event.target.value; this.map.draw(); this.fillLegend(); } }, ["powertrain", "class", "carrier", "type"].map((key) => el("option", { value: key }, this.t(key))));
    this.vanBox = el("select", { id: "van", onchange: (event) => this.map.select(event.target.value === "" ? null : { kind: "van", row: Number(event.target.value) }) }, el("option", { value: "" }, this.t("none_chosen")), this.day.vans.id.map((name, v) => el("option", { value: v }, name)));
    this.layerBoxes = {};
    const layers = el("fieldset", { class: "layers" }, el("legend", null, this.t("layers")), ["speeds", "zones", "double", "berths", "chargers", "shops", "nodes"].map((key) => { const input = el("input", { type: "checkbox", id: "layer-" + key, onchange: (event) => { this.map.setLayer(key, event.target.checked); this.fillLegend(); } }); this.layerBoxes[key] = input; return el("label", null, input, " " + this.t(key)); }));
    this.side = el("aside", { class: "side", id: "side", "aria-live": "polite" }); this.legend = el("div", { class: "legend" }); this.counts = el("p", { class: "counts", id: "counts" });
    const zoom = el("div", { class: "zoom" }, el("button", { "aria-label": this.t("zoom_in"), onclick: () => this.map.zoom(1.5) }, "+"), el("button", { "aria-label": this.t("zoom_out"), onclick: () => this.map.zoom(1 / 1.5) }, "−"), el("button", { "aria-label": this.t("whole"), title: this.t("whole"), onclick: () => { this.map.touched = false; this.map.fit(); this.map.draw(); } }, "⤢"));
    this.mapBox = box;
    return this.section("map",
      el("div", { class: "controls" }, this.playButton, this.clock, this.slider, el("label", null, this.t("speed") + " ", this.speedBox), el("label", null, this.t("colour_by") + " ", this.colourBox), el("label", null, this.t("find_van") + " ", this.vanBox)),
      layers, el("div", { class: "stage" }, el("div", { class: "map-frame" }, box, zoom), this.side), this.counts, this.legend, el("p", { class: "note hint" }, this.t("hint")), this.content.traces.thinned > 1 && el("p", { class: "note" }, this.t("thinned")), this.rulesOfDay());
  }

  rulesOfDay() {
    if (!this.content.rules.length) return null;
    const who = (set, otherwise) => { const words = [...(set.access_class || []), ...(set.powertrain || [])].map((word) => this.t(word)); for (const [key, value] of Object.entries(set)) if (key !== "access_class" && key !== "powertrain" && value !== null && value !== false && !(Array.isArray(value) && !value.length)) words.push(key.replace(/_/g, " ") + " " + (Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : value)); return words.length ? words.join(", ") : otherwise; };
    return el("details", { class: "rules" }, el("summary", null, this.t("rules_of_day") + " (" + this.content.rules.length + ")"), tableOf([this.t("key"), this.t("zones"), this.t("who"), this.t("exempt"), this.t("when")], this.content.rules.map((rule) => [el("code", null, rule.id + " · " + rule.effect), rule.zones.map((z) => this.content.zones[z].name || this.content.zones[z].role).join(", "), who(rule.who, this.t("everyone")), who(rule.exempt, this.t("nobody")), rule.windows.filter(([from]) => from < 86400).map(([from, until]) => clockText(from * 10) + "–" + clockText(until * 10)).join(", ")])));
  }

  startMap() {
    this.map = new FreightMap(this.mapBox, this.day, (what) => this.showSelection(what));
    this.map.words = (key) => this.t(key);
    this.map.canvases[2].setAttribute("aria-label", this.t("map") + ". " + this.t("hint"));
    this.map.listen(() => this.onTime());
    this.syncControls(); this.fillLegend(); this.onTime(); this.showSelection(null);
    requestAnimationFrame(() => { if (!this.firstPicture) this.firstPicture = performance.now(); });
    if (document.fonts && document.fonts.load) document.fonts.load("600 12px 'Sim CJK'", "地").then(() => { this.map.baseKey = ""; this.map.draw(); }, () => {});
  }

  syncControls() {
    for (const [key, input] of Object.entries(this.layerBoxes)) input.checked = !!this.map.layers[key];
    this.speedBox.value = String(this.map.speed); this.colourBox.value = this.map.colourBy; this.map.baseKey = ""; this.map.draw(); this.fillLegend();
  }

  onTime() {
    const map = this.map; if (!map) return;
    const text = clockText(map.time);
    if (this.clock.textContent !== text) {
      this.clock.textContent = text; this.slider.value = map.time; this.slider.setAttribute("aria-valuetext", text);
      const counts = map.counts || {};
      this.counts.textContent = ["driving", "berth", "offstreet", "double", "waiting", "charging", "queue", "standing", "home"].filter((key) => counts[key]).map((key) => this.stateWord(key) + " " + counts[key]).join(" · ");
      if (map.selected && map.selected.kind !== "link") this.refreshSelection();
    }
    if (this.wasPlaying !== map.playing) { this.wasPlaying = map.playing; this.playButton.textContent = map.playing ? "❚❚ " + this.t("pause") : "▶ " + this.t("play"); this.playButton.setAttribute("aria-pressed", String(map.playing)); }
  }

  stateWord(state) { return this.t(state === "double" ? "double_state" : state); }

  fillLegend() {
    const by = this.day.vans[this.map.colourBy], items = [], swatch = (colour, shape) => { const mark = el("i", { class: "swatch " + (shape || "") }); mark.style.background = colour; return mark; };
    const few = by.words.slice(0, 12);
    few.forEach((word, code) => items.push(el("span", null, swatch(this.map.colourBy === "powertrain" ? POWERTRAIN_COLOURS[word] || "#707070" : PALETTE[code % PALETTE.length], "round"), this.t(word))));
    if (by.words.length > few.length) items.push(el("span", null, "…"));
    items.push(el("span", null, swatch("#777", "round"), this.t("moving")), el("span", null, swatch("#777"), this.t("stopped")));
    if (this.map.layers.double) items.push(el("span", null, swatch("#777", "framed"), this.t("double_state")));
    const lines = [el("div", null, items)];
    if (this.map.layers.speeds && this.day.speeds) lines.push(el("div", null, el("span", null, this.t("legend_speed") + ":"), SPEED_COLOURS.map((colour, i) => el("span", null, swatch(colour, "line"), i === 0 ? "< 30 %" : i === 4 ? "> 90 %" : Math.round(SPEED_LIMITS[i - 1] * 100) + "–" + Math.round(SPEED_LIMITS[i] * 100) + " %")), el("span", null, swatch("#cfcfcf", "line"), this.t("no_data"))));
    this.legend.replaceChildren(...lines);
  }

  /* -- details of what was clicked -- */
  showSelection(what) {
    this.vanBox.value = what && what.kind === "van" ? String(what.row) : "";
    this.sideKey = what ? what.kind + what.row : ""; this.side.replaceChildren();
    if (!what) { this.side.append(el("p", { class: "note" }, this.t("hint"))); return; }
    this.live = el("dl", { class: "facts" });
    const close = el("button", { class: "close", "aria-label": this.t("close"), onclick: () => this.map.select(null) }, "×");
    if (what.kind === "van") this.side.append(close, ...this.vanDetails(what.row));
    else if (what.kind === "place") this.side.append(close, ...this.placeDetails(what.row));
    else this.side.append(close, ...this.linkDetails(what.row));
    this.refreshSelection();
  }

  facts(pairs) { return pairs.filter((pair) => pair).flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]); }

  refreshSelection() {
    const what = this.map.selected, day = this.day, t = this.map.time; if (!what) return;
    if (what.kind === "van") {
      const v = what.row, at = day.vanAt(v, t), charge = day.chargeAt(v, t), battery = day.vans.battery_kwh[v], kwh = day.usedUntil(v, t, day.trips.kwh), fuel = day.usedUntil(v, t, day.trips.fuel_l);
      this.live.replaceChildren(...this.facts([
        [this.t("now"), at ? this.stateWord(at.state) + (at.link !== undefined && at.state !== "home" ? " · " + day.linkName(at.link) : "") : "–"],
        [this.t("load"), numberText(day.loadAt(v, t)) + " / " + numberText(day.vans.payload_kg[v]) + " kg"],
        charge !== null && [this.t("charge"), Math.round(charge * 100) + " % · " + numberText(battery) + " kWh"],
        battery > 0 && [this.t("battery_used"), numberText(kwh) + " kWh"], fuel > 0 && [this.t("fuel_used"), numberText(fuel) + " L"],
        [this.t("driven"), numberText(day.usedUntil(v, t, day.trips.distance_m) / 1000) + " km"]]));
      if (this.stopRows) { const s = day.stopAt(v, t); this.stopRows.forEach(([row, node]) => node.classList.toggle("done", day.stops.depart[row] <= t) || node.classList.toggle("current", row === s && t < day.stops.depart[row])); }
    } else if (what.kind === "place") {
      const kind = day.words.place[day.places.kind[what.row]], now = day.placeAt(what.row, t);
      if (kind === "berth" || kind === "charger") this.live.replaceChildren(...this.facts([[this.t("inside_now"), String(now.inside)], [this.t("waiting_now"), String(now.waiting)]]));
    }
  }

  vanDetails(v) {
    const day = this.day, vans = day.vans, word = (key) => vans[key].words[vans[key].code[v]], rows = [];
    for (let s = day.stops.starts[v]; s < day.stops.starts[v + 1]; s++) {
      const place = day.stops.shop[s];
      rows.push({ row: s, onclick: () => this.map.seek(day.stops.parked[s]), cells: [clockText(day.stops.arrival[s]), place >= 0 ? day.placeName(place) : "–", String(day.stops.orders[s]), this.t("parking_" + day.words.parking[day.stops.parking[s]]), this.t(day.words.outcome[day.stops.outcome[s]])] });
    }
    const table = tableOf([this.t("at"), this.t("place"), this.t("orders"), this.t("parking"), this.t("outcome")], rows, [2]);
    const nodes = table.querySelectorAll("tbody tr"); this.stopRows = rows.map((row, i) => [row.row, nodes[i]]);
    const hint = [el("h3", null, vans.id[v]), el("p", { class: "note" }, [word("carrier"), word("type"), this.t(word("powertrain")), this.t(word("class"))].join(" · ")), this.live,
      el("dl", { class: "facts" }, ...this.facts([[this.t("day_km"), numberText(vans.distance_m[v] / 1000) + " km"], [this.t("van_cost"), numberText(vans.cost_cny[v]) + " CNY"], [this.t("stops") + " / " + this.t("orders"), vans.stops[v] + " / " + vans.orders[v]]]))];
    return [...hint, el("h4", null, this.t("tour")), table];
  }

  placeDetails(p) {
    const day = this.day, kind = day.words.place[day.places.kind[p]], capacity = day.places.capacity[p], rows = []; this.stopRows = null;
    let headings = [], title = "", extra = [];
    const van = (v) => el("button", { class: "link", onclick: (event) => { event.stopPropagation(); this.map.select({ kind: "van", row: v }); } }, day.vans.id[v] || "–");
    if (kind === "berth") {
      title = "stays"; headings = ["van", "arrived", "parked", "left"]; extra = [[this.t("spaces"), String(capacity)]];
      for (const b of day.berthStays.get(p) || []) rows.push([van(day.stays.van[b]), clockText(day.stays.arrive[b]), clockText(day.stays.park[b]), clockText(day.stays.leave[b])]);
    } else if (kind === "charger") {
      title = "sessions"; headings = ["van", "arrived", "plugged", "unplugged", "energy"]; extra = [[this.t("connectors"), String(capacity)]];
      for (const [v, c] of day.siteSessions.get(p) || []) rows.push([van(v), clockText(day.charging.arrive[c]), clockText(day.charging.plug[c]), clockText(day.charging.unplug[c]), numberText(day.charging.kwh[c]) + " kWh"]);
    } else if (kind === "hub" || kind === "centre" || kind === "depot") {
      title = "based"; headings = ["van", "carrier", "type"];
      day.vans.id.forEach((name, v) => { if (day.vans.depot.words[day.vans.depot.code[v]] === day.places.id[p]) rows.push([van(v), day.vans.carrier.words[day.vans.carrier.code[v]], day.vans.type.words[day.vans.type.code[v]]]); });
    } else {
      title = "visits"; headings = ["at", "van", "orders", "weight", "parking", "outcome"];
      for (const [v, s] of [...(day.shopStops.get(p) || [])].sort((a, b) => day.stops.arrival[a[1]] - day.stops.arrival[b[1]])) rows.push([clockText(day.stops.arrival[s]), van(v), String(day.stops.orders[s]), numberText(day.stops.weight_kg[s]) + " kg", this.t("parking_" + day.words.parking[day.stops.parking[s]]), this.t(day.words.outcome[day.stops.outcome[s]])]);
    }
    const type = day.places.type.words[day.places.type.code[p]];
    return [el("h3", null, day.placeName(p)), el("p", { class: "note" }, [this.t("kind_" + kind), type !== kind ? type : "", day.linkName(day.places.link[p]), day.places.id[p]].filter(Boolean).join(" · ")), this.live, el("dl", { class: "facts" }, ...this.facts(extra)), el("h4", null, this.t(title) + " (" + rows.length + ")"), rows.length ? tableOf(headings.map((key) => this.t(key)), rows) : el("p", { class: "note" }, this.t("no_data"))];
  }

  linkDetails(l) {
    const day = this.day, roads = day.roads, speeds = day.speeds, chart = el("div", { class: "side-chart" }); this.stopRows = null;
    const out = [el("h3", null, day.linkName(l)), el("p", { class: "note" }, this.t("kind_link") + " " + roads.link_id[l]), el("dl", { class: "facts" }, ...this.facts([[this.t("road_class"), roads.classes[roads.class[l]]], [this.t("length"), numberText(roads.length_dm[l] / 10) + " m"], [this.t("lanes"), String(roads.lanes[l])], [this.t("free_speed"), roads.free_kph[l] + " km/h"], [this.t("capacity"), numberText(roads.capacity[l]) + " veh/h"], speeds && [this.t("vehicles"), numberText(speeds.veh[l])], speeds && [this.t("vans_of_day"), numberText(speeds.vans[l])]]))];
    if (speeds && speeds.veh[l]) {
      const hours = [], values = [];
      for (let b = 0; b < speeds.bins; b++) { hours.push((speeds.first_s + b * speeds.bin_s) / 3600); const share = day.speedShare(l, b); values.push(share === null ? null : share * roads.free_kph[l]); }
      out.push(el("h4", null, this.t("speed_by_hour")), chart);
      requestAnimationFrame(() => timeChart(chart, { unit: "km/h", hours, series: [{ label: "km/h", values, colour: PALETTE[0], points: true }], height: 170 }));
    }
    return out;
  }

  /* -- curves -- */
  curveSection() {
    const curves = this.content.curves, base = this.content.base_curves, grid = el("div", { class: "curves" });
    const hours = curves.start_s.map((s) => s / 3600), byKey = new Map((base ? base.curves : []).map((curve) => [curve.key, curve]));
    const keys = [...curves.curves.map((curve) => curve.key), ...[...byKey.keys()].filter((key) => !curves.curves.some((curve) => curve.key === key))];
    for (const key of keys) {
      const own = curves.curves.find((curve) => curve.key === key), other = byKey.get(key), unit = (own || other).unit, chart = el("div", { class: "chart" });
      const series = []; if (own) series.push({ label: this.t(base ? "this_run" : key), values: own.values, colour: PALETTE[0], fill: base ? undefined : "rgba(0,114,178,0.10)" }); if (other) series.push({ label: this.t("base"), values: other.values, colour: PALETTE[3], dash: [6, 4] });
      const csv = () => download(key + ".csv", "text/csv", csvText([["start_s", "time", key + " [" + unit + "]", ...(other ? ["base [" + unit + "]"] : [])], ...curves.start_s.map((s, i) => [s, clockText(s * 10), own ? own.values[i] : "", ...(other ? [other.values[i]] : [])])]));
      grid.append(el("figure", { id: "curve-" + key }, el("figcaption", null, this.t(key) + " [" + unit + "]", el("button", { class: "small", onclick: csv, "aria-label": this.t("csv") + ": " + this.t(key) }, this.t("csv")), el("button", { class: "small", onclick: () => chart.querySelector("canvas").toBlob((blob) => download(key + ".png", "image/png", blob)), "aria-label": this.t("png") + ": " + this.t(key) }, this.t("png"))), chart));
      this.charts.push(() => timeChart(chart, { unit, hours, series }));
    }
    return this.section("curves", el("p", { class: "note" }, this.t("zoom_hint")), grid);
  }

  drawCharts() { for (const draw of this.charts) draw(); this.charts = []; }

  /* -- study -- */
  studySection() {
    const study = this.content.study, factors = study.factors, chart = el("div", { class: "chart" }), table = el("div");
    const measure = el("select", { id: "study-measure", "aria-label": this.t("measure") }, study.measures.map((one) => el("option", { value: one.name }, measureName(one.name, this.language))));
    const factor = el("select", { id: "study-factor", "aria-label": this.t("factor") }, factors.map((one) => el("option", { value: one.name }, one.name)));
    const hasPairs = study.rows.some((row) => row.paired_difference !== null && row.paired_difference !== undefined);
    const kind = el("select", { "aria-label": this.t("show") }, el("option", { value: "mean" }, this.t("mean_value")), hasPairs && el("option", { value: "paired" }, this.t("paired")));
    const names = { mean: ["mean", "ci_low", "ci_high"], paired: ["paired_difference", "pd_ci_low", "pd_ci_high"] };
    const rowsNow = () => study.rows.filter((row) => row.measure === measure.value);
    const fill = () => {
      chart.replaceChildren(); const rows = rowsNow(); if (!rows.length || !factors.length) return;
      const along = factors.find((one) => one.name === factor.value) || factors[0], [mid, low, high] = names[kind.value], numeric = along.levels.every((level) => typeof level === "number");
      const levels = numeric ? [...along.levels].sort((a, b) => a - b) : along.levels, x = numeric ? levels : levels.map((_, i) => i), groups = new Map();
      for (const row of rows) { const key = factors.filter((one) => one !== along).map((one) => one.name + "=" + row[one.name]).join(", ") || measureName(row.measure, this.language); if (!groups.has(key)) groups.set(key, new Map()); groups.get(key).set(row[along.name], row); }
      const series = []; let g = 0;
      for (const [key, byLevel] of [...groups].slice(0, 8)) { const colour = PALETTE[g++ % PALETTE.length], pick = (name) => levels.map((level) => (byLevel.has(level) && byLevel.get(level)[name] !== undefined ? byLevel.get(level)[name] : null)); series.push({ label: key, values: pick(mid), colour, points: true }, { label: "95 % −", values: pick(low), colour: colour + "88", dash: [4, 4] }, { label: "95 % +", values: pick(high), colour: colour + "88", dash: [4, 4] }); }
      timeChart(chart, { unit: rows[0].unit, hours: x, series, height: 300, hourAxis: false, xLabel: along.name });
      table.replaceChildren(!numeric ? el("p", { class: "note" }, levels.map((level, i) => i + " = " + level).join(", ")) : "", tableOf([...factors.map((one) => one.name), "n", this.t("mean_value"), "95 %", ...(hasPairs ? [this.t("difference"), "95 %"] : []), this.t("unit")], rows.map((row) => [...factors.map((one) => String(row[one.name])), numberText(row.n), numberText(row.mean), "[" + numberText(row.ci_low) + ", " + numberText(row.ci_high) + "]", ...(hasPairs ? [numberText(row.paired_difference), "[" + numberText(row.pd_ci_low) + ", " + numberText(row.pd_ci_high) + "]"] : []), row.unit])));
    };
    for (const box of [measure, factor, kind]) box.addEventListener("change", fill);
    const columns = [...factors.map((one) => one.name), "measure", "unit", "n", "mean", "ci_low", "ci_high", "paired_difference", "pd_ci_low", "pd_ci_high"];
    const csv = () => download(study.name + ".csv", "text/csv", csvText([columns, ...study.rows.map((row) => columns.map((name) => row[name]))]));
    this.charts.push(fill);
    return this.section("study", el("p", { class: "tools" }, measure, factor, kind, el("button", { onclick: csv }, this.t("csv"))), chart, table);
  }
}
