"use strict";
/* What the pages of the application share: asking the server, words, faults, a map of a network. */
const LANGUAGE = document.documentElement.dataset.language === "zh" ? "zh" : "en";
function w(key) { return APP_WORDS[key] ? APP_WORDS[key][LANGUAGE === "zh" ? 1 : 0] : translator(LANGUAGE)(key); }

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: body instanceof FormData ? {} : { "content-type": "application/json" }, body: body instanceof FormData ? body : JSON.stringify(body) };
  const answer = await fetch(path, options); let told = {};
  try { told = await answer.json(); } catch (error) { told = { faults: [answer.status + " " + answer.statusText] }; }
  if (!answer.ok && !told.faults) told.faults = [String(answer.status)];
  return told;
}
async function askContent(path) {
  const answer = await fetch(path);
  if (!answer.ok) { const told = await answer.json().catch(() => ({ faults: [answer.statusText] })); throw new Error(told.faults.join("; ")); }
  return unpackContent(await answer.arrayBuffer());
}
function showFaults(box, faults) { box.replaceChildren(faults && faults.length ? el("ul", { class: "faults" }, faults.map((fault) => el("li", null, fault))) : ""); }
function option(value, text) { return el("option", { value }, text === undefined ? value : text); }

async function networkMap(box, network, query) {
  const content = await askContent("/api/networks/" + encodeURIComponent(network) + "/content" + (query || ""));
  box.replaceChildren();
  const map = new FreightMap(box, new Day(content));
  map.words = w; map.layers.vans = false; map.layers.berths = false; map.setLayer("chargers", true);
  const ground = content.ground, scale = 10 * 111195.0;
  map.toLonLat = (x, y) => [Number((ground.west + x / scale / ground.stretch).toFixed(6)), Number((ground.south + y / scale).toFixed(6))];
  map.fromLonLat = (lon, lat) => [(lon - ground.west) * scale * ground.stretch, (lat - ground.south) * scale];
  map.zoneIds = content.zone_ids;
  map.canvases[2].setAttribute("aria-label", w("map"));
  const zoom = el("div", { class: "zoom" }, el("button", { type: "button", "aria-label": w("zoom_in"), onclick: () => map.zoom(1.5) }, "+"), el("button", { type: "button", "aria-label": w("zoom_out"), onclick: () => map.zoom(1 / 1.5) }, "−"));
  box.append(zoom); window.simMap = map;
  return map;
}
