"use strict";
/* A policy drawn on the map: zones, rules, places and numbers, checked by the server as one types. */
const $ = (id) => document.getElementById(id);
let chart = null, corners = null, zones = [], places = [], rules = [], dragging = null, checkTimer = 0, checkNumber = 0;
const CLASSES = ["light", "medium", "heavy", "tricycle"], POWERTRAINS = ["diesel", "petrol", "phev", "bev", "human"], EFFECTS = ["deny", "allow", "charge", "speed_limit", "stay_limit"], CHARGED = ["entry", "km", "hour"];
const PLACE_NUMBERS = { berth: { spaces: 2 }, charger: { connectors: 4, power_kw: 60 } }, RULE_NUMBERS = { charge: { cny: 15, most_cny_per_day: "" }, speed_limit: { speed_kph: 30 }, stay_limit: { stay_min: 15 } };

async function openNetwork() {
  chart = await networkMap($("map"), $("network").value);
  chart.onPoint = (x, y) => pointed(x, y);
  chart.onDrag = (event) => {
    if (dragging === null) { const hit = cornerNear(event.offsetX, event.offsetY); if (!hit) return false; dragging = hit; }
    dragging.points[dragging.index] = chart.toLonLat(chart.worldX(event.offsetX), chart.worldY(event.offsetY)); redraw(); return true;
  };
  chart.onDrop = () => { if (dragging) { dragging = null; check(); } };
  chart.overlay = drawDraft; chart.draw(); fill(); check();
}
function cornerNear(px, py) {
  for (const points of [...zones.map((zone) => zone.points), ...(corners ? [corners] : [])]) for (let i = 0; i < points.length; i++) { const [x, y] = chart.fromLonLat(...points[i]); if (Math.hypot(chart.px(x) - px, chart.py(y) - py) < 12) return { points, index: i }; }
  return null;
}
function pointed(x, y) {
  const kind = $("place-kind").value;
  if (corners) { corners.push(chart.toLonLat(x, y)); redraw(); }
  else if (kind) { const [lon, lat] = chart.toLonLat(x, y); places.push({ kind, lon, lat, name: "", ...(PLACE_NUMBERS[kind] || {}) }); fill(); redraw(); check(); }
}
function drawDraft(context, map) {
  const path = (points, close) => { context.beginPath(); points.forEach((point, i) => { const [x, y] = map.fromLonLat(...point); if (i) context.lineTo(map.px(x), map.py(y)); else context.moveTo(map.px(x), map.py(y)); }); if (close) context.closePath(); };
  for (const zone of zones) { path(zone.points, true); context.fillStyle = "rgba(0,114,178,0.15)"; context.fill(); context.strokeStyle = "#0072B2"; context.lineWidth = 2; context.stroke(); const [x, y] = map.fromLonLat(...zone.points[0]); map.text(context, zone.name || zone.zone_id, map.px(x) + 6, map.py(y) - 8, "#004b76"); }
  if (corners) { path(corners, false); context.strokeStyle = "#D55E00"; context.lineWidth = 2; context.setLineDash([6, 4]); context.stroke(); context.setLineDash([]); }
  for (const points of [...zones.map((zone) => zone.points), ...(corners ? [corners] : [])]) for (const point of points) { const [x, y] = map.fromLonLat(...point); context.beginPath(); context.arc(map.px(x), map.py(y), 5, 0, 7); context.fillStyle = "#fff"; context.fill(); context.strokeStyle = "#222"; context.lineWidth = 1.5; context.stroke(); }
  for (const place of places) { const [x, y] = map.fromLonLat(place.lon, place.lat); context.beginPath(); context.arc(map.px(x), map.py(y), 8, 0, 7); context.fillStyle = place.kind === "berth" ? "#4d4d4d" : "#009E73"; context.fill(); context.strokeStyle = "#fff"; context.lineWidth = 2; context.stroke(); map.text(context, w(place.kind), map.px(x) + 11, map.py(y) + 4, "#00583f"); }
}
function redraw() { chart.draw(); for (const id of ["undo", "finish"]) $(id).hidden = !corners; $("draw").setAttribute("aria-pressed", String(!!corners)); }

function finishZone(points) {
  const taken = new Set([...zones.map((zone) => zone.zone_id), ...(chart.zoneIds || [])]); let n = 1; while (taken.has("zone_" + n)) n++;
  zones.push({ zone_id: "zone_" + n, role: "drawn", name: "", points }); corners = null; if (!rules.length) addRule("zone_" + n); fill(); redraw(); check();
}
$("draw").addEventListener("click", () => { corners = corners ? null : []; $("place-kind").value = ""; $("map-hint").textContent = w("drawing_hint"); redraw(); });
$("undo").addEventListener("click", () => { corners.pop(); redraw(); });
$("finish").addEventListener("click", () => { if (corners.length >= 3) finishZone(corners); });
$("place-kind").addEventListener("change", () => { corners = null; $("map-hint").textContent = $("place-kind").value ? w("place_hint") : w("drawing_hint"); redraw(); });
$("typed-add").addEventListener("click", () => { const points = $("typed").value.split("\n").map((line) => line.split(/[,;\s]+/).filter(Boolean).map(Number)).filter((pair) => pair.length === 2); if (points.length >= 3 && points.flat().every(Number.isFinite)) { finishZone(points); $("typed").value = ""; } });
$("network").addEventListener("change", () => { zones = []; places = []; corners = null; openNetwork(); });

function addRule(zone) { let n = 1; while (rules.some((rule) => rule.id === "rule_" + n)) n++; rules.push({ id: "rule_" + n, zone: zone || (zones[0] && zones[0].zone_id) || (chart && chart.zoneIds[0]) || "centre", effect: "deny", by: "entry", who: ["light"], exempt: ["bev", "phev"], days: "mo-su", windows: "07:00-08:30, 17:00-19:00" }); }
$("add-rule").addEventListener("click", () => { addRule(); fill(); check(); });

function field(label, value, change, attributes) { return el("label", null, label, el("input", { value, ...attributes, oninput: (event) => { change(event.target.value); check(); } })); }
function number(key, item) { return field(w(key), item[key], (v) => { item[key] = v; }, { type: "number", step: "any", min: "0", "data-number": key }); }
function choice(label, words, prefix, chosen, change) { return el("label", null, label, el("select", { onchange: (event) => { change(event.target.value); fill(); check(); } }, words.map((word) => el("option", { value: word, selected: word === chosen }, w(prefix + word))))); }
function chips(label, words, chosen, change) { return el("div", { class: "last chips", role: "group", "aria-label": label }, el("strong", null, label), words.map((word) => el("label", null, el("input", { type: "checkbox", checked: chosen.includes(word), onchange: (event) => { change(event.target.checked ? [...new Set([...chosen, word])] : chosen.filter((one) => one !== word)); fill(); check(); } }), w(word)))); }
function fill() {
  $("zones").replaceChildren(...zones.map((zone, i) => el("div", { class: "item" }, field(w("zone"), zone.zone_id, (v) => { rules.forEach((rule) => { if (rule.zone === zone.zone_id) rule.zone = v; }); zone.zone_id = v; }, { maxlength: 60, onchange: () => fill() }), field(w("name"), zone.name, (v) => { zone.name = v; redraw(); }, { maxlength: 100 }), el("button", { type: "button", onclick: () => { zones.splice(i, 1); fill(); redraw(); check(); } }, w("remove")))));
  if (chart && chart.zoneIds.length) $("zones").append(el("p", { class: "note" }, w("network_zones") + ": " + chart.zoneIds.join(", ")));
  $("places").replaceChildren(...places.map((place, i) => el("div", { class: "item" }, el("span", null, w(place.kind) + " " + place.lon + ", " + place.lat), field(w("name"), place.name, (v) => { place.name = v; }, { maxlength: 100 }), Object.keys(PLACE_NUMBERS[place.kind] || {}).map((key) => number(key, place)), el("button", { type: "button", onclick: () => { places.splice(i, 1); fill(); redraw(); check(); } }, w("remove")))));
  const known = [...zones.map((zone) => zone.zone_id), ...((chart && chart.zoneIds) || [])];
  $("rules").replaceChildren(...rules.map((rule, i) => el("div", { class: "item rule" }, field(w("rule"), rule.id, (v) => { rule.id = v; }, { maxlength: 60 }),
    choice(w("effect"), EFFECTS, "effect_", rule.effect, (v) => { rule.effect = v; Object.assign(rule, { ...(RULE_NUMBERS[v] || {}), ...rule }); }),
    rule.effect === "charge" && choice(w("charge_by"), CHARGED, "by_", rule.by, (v) => { rule.by = v; }), Object.keys(RULE_NUMBERS[rule.effect] || {}).map((key) => number(key, rule)),
    el("label", null, w("zone"), el("select", { onchange: (event) => { rule.zone = event.target.value; check(); } }, known.map((name) => el("option", { value: name, selected: name === rule.zone }, name)))),
    field(w("days"), rule.days, (v) => { rule.days = v; }, { placeholder: "mo-fr" }), field(w("windows"), rule.windows, (v) => { rule.windows = v; }, { placeholder: "07:00-08:30, 17:00-19:00" }),
    chips(w("who"), CLASSES, rule.who, (v) => { rule.who = v; }), chips(w("exempt"), POWERTRAINS, rule.exempt, (v) => { rule.exempt = v; }), el("button", { type: "button", class: "last", onclick: () => { rules.splice(i, 1); fill(); check(); } }, w("remove")))));
}
function list(text) { return text.split(",").map((part) => part.trim()).filter(Boolean); }
function asNumber(text) { return text === "" || text === undefined ? null : Number(text); }
function numbersOf(rule) {
  if (rule.effect === "charge") return { charge: { by: rule.by, cny: asNumber(rule.cny), ...(asNumber(rule.most_cny_per_day) === null ? {} : { most_cny_per_day: asNumber(rule.most_cny_per_day) }) } };
  return Object.fromEntries(Object.keys(RULE_NUMBERS[rule.effect] || {}).map((key) => [key, asNumber(rule[key])]));
}
function draft() {
  const form = new FormData($("draft")), settings = {};
  for (const input of document.querySelectorAll("[data-key]")) if (input.value !== "") settings[input.dataset.key] = Number(input.value);
  const written = {}; for (const rule of rules) written[rule.id] = { effect: rule.effect, ...numbersOf(rule), where: { zone_ids: [rule.zone] }, who: rule.who.length ? { access_class: rule.who } : {}, ...(rule.exempt.length ? { exempt: { powertrain: rule.exempt } } : {}), when: { weekdays: list(rule.days), windows: list(rule.windows) } };
  return { name: form.get("name"), description: form.get("description"), base: form.get("base"), network: $("network").value, zones, rules: written, places: places.map((place) => ({ ...place, ...Object.fromEntries(Object.keys(PLACE_NUMBERS[place.kind] || {}).map((key) => [key, asNumber(place[key])])) })), settings };
}
function check() { clearTimeout(checkTimer); checkTimer = setTimeout(async () => { const number = ++checkNumber, told = await ask("/api/draft/check", draft()); if (number !== checkNumber) return; if (told.faults.length) showFaults($("verdict"), told.faults); else $("verdict").replaceChildren(el("p", { class: "sound" }, "✓ " + w("sound"))); }, 250); }
$("draft").addEventListener("input", check); $("draft").addEventListener("submit", (event) => event.preventDefault());
async function keep() {
  const told = await ask("/api/draft/keep", draft());
  if (told.faults) { showFaults($("kept"), told.faults); return null; }
  $("kept").replaceChildren(el("div", { class: "kept" }, w("kept") + ": " + told.files, el("br"), el("code", null, told.command))); return told;
}
$("keep").addEventListener("click", keep);
$("keep-run").addEventListener("click", async () => { const told = await keep(); if (!told) return; const job = await ask("/api/jobs", { scenario: told.scenario, overrides: ["traffic=off", "seed=1"], label: told.scenario }); if (job.faults) showFaults($("kept"), job.faults); else window.location.href = "/monitoring"; });
openNetwork();
