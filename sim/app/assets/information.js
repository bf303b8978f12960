"use strict";
const $ = (id) => document.getElementById(id); let chart = null, way = [], marks = {};
async function openNetwork() {
  chart = await networkMap($("map"), $("network").value, "?scenario=" + encodeURIComponent($("question").scenario.value) + "&weekday=" + $("question").weekday.value);
  chart.onPoint = (x, y) => { const which = document.querySelector("[name=pick]:checked").value, place = chart.toLonLat(x, y); $("question")[which].value = place.join(", "); marks[which] = place; chart.draw(); if ($("question").to.value) askNow(); };
  chart.overlay = (context, map) => {
    if (way.length) { context.beginPath(); for (const link of way) map.tracePath(context, link); context.strokeStyle = "#fff"; context.lineWidth = 7; context.stroke(); context.strokeStyle = "#111"; context.lineWidth = 3; context.stroke(); }
    for (const [which, place] of Object.entries(marks)) { if (!place) continue; const [x, y] = map.fromLonLat(...place); context.beginPath(); context.arc(map.px(x), map.py(y), 7, 0, 7); context.fillStyle = which === "to" ? "#D55E00" : "#009E73"; context.fill(); context.strokeStyle = "#fff"; context.lineWidth = 2; context.stroke(); map.text(context, w(which === "to" ? "to" : "from").replace(/[ （(].*/, ""), map.px(x) + 10, map.py(y) + 4, "#222"); }
  };
  setClock(); chart.draw();
}
function setClock() { const [h, m] = ($("question").time.value || "08:10").split(":").map(Number); if (chart) chart.seek((h * 60 + m) * 600); }
function pair(text) { const parts = text.split(/[,;\s]+/).filter(Boolean).map(Number); return parts.length ? parts : null; }
async function askNow() {
  const form = new FormData($("question")), to = pair(form.get("to")), from = pair(form.get("from")); marks = { to, from };
  const told = await ask("/api/explain", { network: $("network").value, scenario: form.get("scenario"), access_class: form.get("access_class"), powertrain: form.get("powertrain"), weekday: form.get("weekday"), time: form.get("time"), to, ...(from ? { from } : {}) });
  if (told.faults) { way = []; showFaults($("answer"), told.faults); chart.draw(); return; }
  way = told.way || []; setClock(); chart.draw();
  const rows = [[w("street"), told.street], told.denied_by.length && [w("denied_by"), told.denied_by.join(", ")], !told.may_enter && [w("opens"), told.opens || "–"], told.no_way && [w("distance"), w("no_way")], told.distance_m !== undefined && [w("distance"), numberText(told.distance_m) + " m"], told.arrive && [w("arrive"), told.arrive], told.drive_min !== undefined && [w("driving"), told.drive_min + " min"], told.waits_min > 0 && [w("waits"), told.waits_min + " min"], told.charges_cny && [w("price"), Object.entries(told.charges_cny).map(([rule, cny]) => numberText(cny) + " CNY (" + rule + ")").join(", ") || "0 CNY"], told.stay_until && [w("stay_until"), told.stay_until + " (" + told.stay_rule + ")"]].filter(Boolean);
  $("answer").replaceChildren(el("div", { class: "answer answer-" + (told.may_enter ? "yes" : "no") }, el("b", null, w(told.may_enter ? "yes" : "no")), el("p", null, told.sentence), el("dl", { class: "facts" }, rows.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)])), told.distance_m !== undefined && el("p", { class: "note" }, w("way_note"))));
}
$("question").addEventListener("submit", (event) => { event.preventDefault(); askNow(); });
$("question").time.addEventListener("input", setClock); $("question").scenario.addEventListener("change", openNetwork); $("question").weekday.addEventListener("change", openNetwork); $("network").addEventListener("change", () => { marks = {}; way = []; $("question").to.value = $("question").from.value = ""; openNetwork(); });
openNetwork();
