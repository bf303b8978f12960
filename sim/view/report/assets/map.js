"use strict";
/* Map and replay of a day on three canvases, one over the other: streets, places, vans.
   Times inside are tenths of a second; positions are decimetres east and north of the streets' south-west corner. */

const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#7A6A00", "#222222"];
const POWERTRAIN_COLOURS = { diesel: "#D55E00", petrol: "#E69F00", phev: "#009E73", bev: "#0072B2", human: "#707070" };
const SPEED_COLOURS = ["#a50f15", "#ef8a62", "#f5c9a8", "#92c5de", "#2166ac"]; // share of free speed, slow to free
const SPEED_LIMITS = [0.3, 0.5, 0.7, 0.9];
const ROAD_WIDTHS = { motorway: 3.2, trunk: 2.8, primary: 2.4, secondary: 1.8, tertiary: 1.3 };
const PLACE_COLOURS = { shop: "#8c8c8c", home: "#b0b0b0", berth: "#4d4d4d", charger: "#009E73", hub: "#222222", centre: "#5B4A9E", station: "#CC79A7", depot: "#222222" };
const PLACE_LAYERS = { shop: "shops", home: "shops", berth: "berths", charger: "chargers", hub: "nodes", centre: "nodes", station: "nodes", depot: "nodes" };

function lastAtOrBefore(times, low, high, t) { // last row in [low, high) with times[row] <= t, or low - 1
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function clockText(ds) {
  const minutes = Math.floor(ds / 600);
  const day = Math.floor(minutes / 1440);
  const text = String(Math.floor(minutes / 60) % 24).padStart(2, "0") + ":" + String(minutes % 60).padStart(2, "0");
  return day > 0 ? text + " +" + day : text;
}

/* What the day's tables say about one van, one place or one link at one time. */
class Day {
  constructor(content) {
    Object.assign(this, content);
    this.nVans = this.vans.id.length;
    this.shopStops = new Map();
    this.berthStays = new Map();
    this.siteSessions = new Map();
    const add = (map, key, row) => { if (key >= 0) { if (!map.has(key)) map.set(key, []); map.get(key).push(row); } };
    for (let v = 0; v < this.nVans; v++) {
      for (let s = this.stops.starts[v]; s < this.stops.starts[v + 1]; s++) add(this.shopStops, this.stops.shop[s], [v, s]);
      for (let c = this.charging.starts[v]; c < this.charging.starts[v + 1]; c++) add(this.siteSessions, this.charging.site[c], [v, c]);
    }
    for (let b = 0; b < this.stays.berth.length; b++) add(this.berthStays, this.stays.berth[b], b);
    const { x, y, starts } = this.roads;
    this.along = new Float32Array(x.length); // distance along its link [dm]
    for (let l = 0; l + 1 < starts.length; l++) {
      for (let p = starts[l] + 1; p < starts[l + 1]; p++) {
        this.along[p] = this.along[p - 1] + Math.hypot(x[p] - x[p - 1], y[p] - y[p - 1]);
      }
    }
    this.at = { x: 0, y: 0, dx: 1, dy: 0 };
  }

  pointOnLink(link, share) {
    const { x, y, starts } = this.roads, at = this.at;
    const first = starts[link], last = starts[link + 1] - 1;
    const target = this.along[last] * Math.min(1, Math.max(0, share));
    let p = first;
    while (p < last - 1 && this.along[p + 1] < target) p++;
    const span = this.along[p + 1] - this.along[p] || 1;
    const f = (target - this.along[p]) / span;
    at.dx = x[p + 1] - x[p]; at.dy = y[p + 1] - y[p];
    at.x = x[p] + f * at.dx; at.y = y[p] + f * at.dy;
    return at;
  }

  /* State of a van: "home", "driving", "waiting", "berth", "double", "offstreet", "queue", "charging", "standing". */
  vanAt(v, t) {
    const tr = this.traces, low = tr.starts[v], high = tr.starts[v + 1];
    const i = lastAtOrBefore(tr.enter, low, high, t);
    if (high === low) return null;
    if (i < low) { const at = this.pointOnLink(tr.link[low], 0); return { state: "home", x: at.x, y: at.y, link: tr.link[low], at }; }
    if (t < tr.exit[i]) {
      const at = this.pointOnLink(tr.link[i], (t - tr.enter[i]) / (tr.exit[i] - tr.enter[i]));
      return { state: "driving", x: at.x, y: at.y, link: tr.link[i], dx: at.dx, dy: at.dy };
    }
    if (tr.thinned > 1 && i + 1 < high && this.tripAt(v, t) >= 0) {
      const a = this.pointOnLink(tr.link[i], 1), ax = a.x, ay = a.y, b = this.pointOnLink(tr.link[i + 1], 0);
      const f = (t - tr.exit[i]) / Math.max(1, tr.enter[i + 1] - tr.exit[i]);
      return { state: "driving", x: ax + f * (b.x - ax), y: ay + f * (b.y - ay), link: tr.link[i], dx: b.x - ax, dy: b.y - ay };
    }
    const at = this.pointOnLink(tr.link[i], 1);
    return { state: this.standingState(v, t, i + 1 >= high), x: at.x, y: at.y, link: tr.link[i] };
  }

  standingState(v, t, isLast) {
    const s = this.stopAt(v, t);
    if (s >= 0) {
      if (t < this.stops.parked[s]) return "waiting";
      if (t < this.stops.depart[s]) return this.words.parking[this.stops.parking[s]] || "standing";
    }
    const c = this.sessionAt(v, t);
    if (c >= 0 && t < this.charging.unplug[c]) return t < this.charging.plug[c] ? "queue" : "charging";
    return isLast ? "home" : "standing";
  }

  stopAt(v, t) { const s = lastAtOrBefore(this.stops.arrival, this.stops.starts[v], this.stops.starts[v + 1], t); return s >= this.stops.starts[v] ? s : -1; }
  sessionAt(v, t) { const c = lastAtOrBefore(this.charging.arrive, this.charging.starts[v], this.charging.starts[v + 1], t); return c >= this.charging.starts[v] ? c : -1; }
  lastTrip(v, t) { const k = lastAtOrBefore(this.trips.depart, this.trips.starts[v], this.trips.starts[v + 1], t); return k >= this.trips.starts[v] ? k : -1; }
  tripAt(v, t) { const k = this.lastTrip(v, t); return k >= 0 && t < this.trips.arrive[k] ? k : -1; }

  /* Sum of a column over a van's trips until t, the running trip in proportion to its time. */
  usedUntil(v, t, column) {
    let sum = 0;
    for (let k = this.trips.starts[v]; k < this.trips.starts[v + 1] && this.trips.depart[k] <= t; k++) {
      const d = this.trips.depart[k], a = this.trips.arrive[k];
      sum += column[k] * (a > d ? Math.min(1, (t - d) / (a - d)) : 1);
    }
    return sum;
  }

  loadAt(v, t) { const k = this.lastTrip(v, t); return this.trips.payload_kg[k >= 0 ? k : this.trips.starts[v]] || 0; }

  /* State of charge from the van's sessions and what it used between; null when it has none to start from. */
  chargeAt(v, t) {
    const battery = this.vans.battery_kwh[v], c = this.charging, low = c.starts[v], high = c.starts[v + 1];
    if (!(battery > 0) || high === low) return null;
    const used = (u) => this.usedUntil(v, u, this.trips.kwh);
    const i = lastAtOrBefore(c.plug, low, high, t);
    if (i < low) return Math.min(1, c.soc_start[low] + (used(c.plug[low]) - used(t)) / battery);
    if (t < c.unplug[i]) return c.soc_start[i] + (c.soc_end[i] - c.soc_start[i]) * (t - c.plug[i]) / Math.max(1, c.unplug[i] - c.plug[i]);
    return Math.max(0, c.soc_end[i] - (used(t) - used(c.unplug[i])) / battery);
  }

  /* Vans in and waiting for a berth or charger. */
  placeAt(place, t) {
    let inside = 0, waiting = 0;
    for (const b of this.berthStays.get(place) || []) {
      if (this.stays.park[b] <= t) { if (t < this.stays.leave[b]) inside++; } else if (this.stays.arrive[b] <= t) waiting++;
    }
    for (const [, c] of this.siteSessions.get(place) || []) {
      if (this.charging.plug[c] <= t) { if (t < this.charging.unplug[c]) inside++; } else if (this.charging.arrive[c] <= t) waiting++;
    }
    return { inside, waiting };
  }

  rulesHoldingIn(zone, t) {
    return this.rules.filter((rule) => rule.zones.includes(zone) && rule.windows.some(([from, until]) => from * 10 <= t && t < until * 10));
  }

  speedBin(t) { return this.speeds ? Math.floor((t / 10 - this.speeds.first_s) / this.speeds.bin_s) : -1; }

  speedShare(link, bin) {
    if (!this.speeds || bin < 0 || bin >= this.speeds.bins) return null;
    const code = this.speeds.codes[link * this.speeds.bins + bin];
    return code === 255 ? null : code / 250;
  }

  linkName(link) { const name = this.roads.names[this.roads.name[link]]; return name || this.roads.classes[this.roads.class[link]]; }
  placeName(place) { return this.places.name[place] || this.places.id[place]; }
}

class FreightMap {
  constructor(box, day, onSelect) {
    this.day = day; this.box = box; this.onSelect = onSelect || (() => {});
    this.layers = { speeds: true, zones: true, berths: true, chargers: true, shops: false, double: true, nodes: true, vans: true };
    this.colourBy = "powertrain";
    this.time = day.run.start_s * 10; this.speed = 300; this.playing = false; this.selected = null;
    this.listeners = []; this.frames = []; this.words = (key) => key; this.extra = [];
    this.canvases = ["streets", "places", "moving"].map((name) => {
      const canvas = document.createElement("canvas"); canvas.className = "layer layer-" + name; box.appendChild(canvas); return canvas;
    });
    const top = this.canvases[2]; top.tabIndex = 0; top.setAttribute("role", "application");
    this.contexts = this.canvases.map((canvas) => canvas.getContext("2d"));
    this.baseKey = ""; this.placeKey = "";
    this.roadOrder = this.orderRoads();
    new ResizeObserver(() => this.resize()).observe(box);
    document.fonts.addEventListener("loadingdone", () => { this.baseKey = this.placeKey = ""; this.draw(); }); // a canvas does not wait for a font
    this.resize(); this.fit(); this.bind(); this.tick = this.tick.bind(this); this.draw();
  }

  orderRoads() {
    const groups = new Map(), roads = this.day.roads;
    roads.classes.forEach((name, code) => groups.set(code, { width: ROAD_WIDTHS[name.replace("_link", "")] || 0.9, links: [] }));
    for (let l = 0; l < roads.class.length; l++) groups.get(roads.class[l]).links.push(l);
    return [...groups.values()].sort((a, b) => a.width - b.width);
  }

  resize() {
    const rect = this.box.getBoundingClientRect(), ratio = Math.min(2, window.devicePixelRatio || 1);
    const oldWidth = this.width;
    this.width = Math.max(50, rect.width); this.height = Math.max(50, rect.height); this.ratio = ratio;
    for (const canvas of this.canvases) { canvas.width = Math.round(this.width * ratio); canvas.height = Math.round(this.height * ratio); }
    if (oldWidth === undefined || !this.touched) this.fit();
    this.baseKey = this.placeKey = ""; this.draw();
  }

  fit() {
    const { x, y } = this.day.roads;
    let w = Infinity, s = Infinity, e = -Infinity, n = -Infinity;
    for (let p = 0; p < x.length; p++) { if (x[p] < w) w = x[p]; if (x[p] > e) e = x[p]; if (y[p] < s) s = y[p]; if (y[p] > n) n = y[p]; }
    this.scale = 0.96 * Math.min(this.width / Math.max(1, e - w), this.height / Math.max(1, n - s));
    this.fullScale = this.scale; this.cx = (w + e) / 2; this.cy = (s + n) / 2;
    this.baseKey = "";
  }

  px(x) { return (x - this.cx) * this.scale + this.width / 2; }
  py(y) { return this.height / 2 - (y - this.cy) * this.scale; }
  worldX(px) { return (px - this.width / 2) / this.scale + this.cx; }
  worldY(py) { return (this.height / 2 - py) / this.scale + this.cy; }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const x = this.worldX(px), y = this.worldY(py);
    this.scale = Math.min(Math.max(this.scale * factor, this.fullScale / 3), 20);
    this.cx = x - (px - this.width / 2) / this.scale; this.cy = y + (py - this.height / 2) / this.scale;
    this.touched = true; this.baseKey = ""; this.draw();
  }

  pan(dx, dy) { this.cx -= dx / this.scale; this.cy += dy / this.scale; this.touched = true; this.baseKey = ""; this.draw(); }

  bind() {
    const top = this.canvases[2], pointers = new Map(); let moved = 0, pinch = 0;
    top.addEventListener("wheel", (event) => { if (!event.ctrlKey && !event.metaKey && !this.hasFocus()) return; event.preventDefault(); this.zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY); }, { passive: false });
    top.addEventListener("pointerdown", (event) => { pointers.set(event.pointerId, [event.offsetX, event.offsetY]); moved = 0; pinch = 0; top.setPointerCapture(event.pointerId); });
    top.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId); if (!before) return;
      const now = [event.offsetX, event.offsetY];
      if (pointers.size === 2) {
        pointers.set(event.pointerId, now);
        const [a, b] = [...pointers.values()], distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (pinch) this.zoom(distance / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        pinch = distance; moved = 99; return;
      }
      moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
      if (this.onDrag && this.onDrag(event)) { pointers.set(event.pointerId, now); return; }
      if (moved > 4) this.pan(now[0] - before[0], now[1] - before[1]);
      pointers.set(event.pointerId, now);
    });
    const up = (event) => { if (pointers.delete(event.pointerId) && moved <= 4 && event.type === "pointerup") this.click(event.offsetX, event.offsetY); pinch = 0; if (this.onDrop) this.onDrop(event); };
    top.addEventListener("pointerup", up); top.addEventListener("pointercancel", up);
    top.addEventListener("dblclick", (event) => { if (!this.onPoint) this.zoom(2, event.offsetX, event.offsetY); });
    top.addEventListener("keydown", (event) => {
      const step = 60, keys = {
        ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
        "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), "0": () => { this.touched = false; this.fit(); this.draw(); },
        " ": () => this.toggle(), "[": () => this.seek(this.time - 9000), "]": () => this.seek(this.time + 9000),
        n: () => this.nextVan(1), p: () => this.nextVan(-1), Escape: () => this.select(null),
      };
      if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
    });
  }

  hasFocus() { return document.activeElement === this.canvases[2]; }

  nextVan(step) {
    const n = this.day.nVans; if (!n) return;
    const v = this.selected && this.selected.kind === "van" ? (this.selected.row + step + n) % n : 0;
    this.select({ kind: "van", row: v });
  }

  /* -- time -- */
  play() { if (this.playing) return; if (this.time >= this.day.run.end_s * 10) this.time = this.day.run.start_s * 10; this.playing = true; this.last = performance.now(); this.frames = []; this.pending = requestAnimationFrame(this.tick); this.tell(); }
  pause() { this.playing = false; cancelAnimationFrame(this.pending); this.tell(); } // or playing again at once would run twice
  toggle() { if (this.playing) this.pause(); else this.play(); }
  seek(t) { this.time = Math.min(Math.max(t, this.day.run.start_s * 10), this.day.run.end_s * 10); this.draw(); this.tell(); }
  tick(now) {
    if (!this.playing) return;
    const passed = Math.min(250, now - this.last); this.last = now;
    this.frames.push(now); if (this.frames.length > 240) this.frames.shift();
    this.time += passed / 100 * this.speed;
    if (this.time >= this.day.run.end_s * 10) { this.time = this.day.run.end_s * 10; this.playing = false; }
    this.draw(); this.tell(); this.pending = requestAnimationFrame(this.tick);
  }
  fps() { const f = this.frames; return f.length > 1 ? (f.length - 1) * 1000 / (f[f.length - 1] - f[0]) : 0; }
  listen(heard) { this.listeners.push(heard); }
  tell() { for (const heard of this.listeners) heard(this); }

  /* -- drawing -- */
  draw() {
    if (!this.day || !this.contexts) return;
    const bin = this.layers.speeds ? this.day.speedBin(this.time) : -1;
    const held = this.layers.zones ? this.day.zones.map((zone, z) => this.day.rulesHoldingIn(z, this.time).length).join() : "";
    const baseKey = [bin, held, this.layers.speeds, this.layers.zones, this.cx, this.cy, this.scale, this.width, this.height, this.extraKey || ""].join("|");
    if (baseKey !== this.baseKey) { this.baseKey = baseKey; this.drawStreets(bin); this.placeKey = ""; }
    const slot = Math.floor(this.time / 300), placeKey = slot + JSON.stringify(this.layers) + (this.selected ? this.selected.kind + this.selected.row : "");
    if (placeKey !== this.placeKey) { this.placeKey = placeKey; this.drawPlaces(); }
    this.drawVans();
  }

  clear(context) { context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0); context.clearRect(0, 0, this.width, this.height); }

  tracePath(context, link) {
    const { x, y, starts } = this.day.roads;
    let p = starts[link]; const end = starts[link + 1];
    context.moveTo(this.px(x[p]), this.py(y[p]));
    for (p++; p < end; p++) context.lineTo(this.px(x[p]), this.py(y[p]));
  }

  drawStreets(bin) {
    const context = this.contexts[0]; this.clear(context);
    context.lineCap = "round"; context.lineJoin = "round";
    if (this.layers.zones) this.day.zones.forEach((zone, z) => this.drawZone(context, zone, this.day.rulesHoldingIn(z, this.time)));
    const wide = Math.min(3, Math.max(0.8, Math.sqrt(this.scale / this.fullScale)));
    for (const group of this.roadOrder) {
      const buckets = SPEED_COLOURS.map(() => []), plain = [];
      for (const link of group.links) {
        const share = bin >= 0 ? this.day.speedShare(link, bin) : null;
        if (share === null) plain.push(link); else { let c = 0; while (c < 4 && share > SPEED_LIMITS[c]) c++; buckets[c].push(link); }
      }
      const stroke = (links, colour, width) => { if (!links.length) return; context.beginPath(); for (const link of links) this.tracePath(context, link); context.strokeStyle = colour; context.lineWidth = width; context.stroke(); };
      stroke(plain, "#cfcfcf", group.width * wide);
      for (let c = 4; c >= 0; c--) stroke(buckets[c], SPEED_COLOURS[c], group.width * wide + 0.5);
    }
    if (this.layers.zones) this.day.zones.forEach((zone) => this.outlineZone(context, zone));
    for (const drawing of this.extra) drawing(context, this);
    this.drawScale(context);
  }

  ringPath(context, zone) {
    context.beginPath();
    for (const ring of zone.rings) { ring.forEach(([x, y], i) => { if (i) context.lineTo(this.px(x), this.py(y)); else context.moveTo(this.px(x), this.py(y)); }); context.closePath(); }
  }

  drawZone(context, zone, rules) {
    const denied = rules.some((rule) => rule.effect === "deny");
    this.ringPath(context, zone);
    context.fillStyle = denied ? "rgba(204,121,167,0.28)" : rules.length ? "rgba(230,159,0,0.20)" : "rgba(204,121,167,0.06)";
    context.fill("evenodd");
    if (!denied) return;
    context.save(); this.ringPath(context, zone); context.clip("evenodd");
    context.strokeStyle = "rgba(150,60,110,0.35)"; context.lineWidth = 1; context.beginPath();
    for (let d = -this.height; d < this.width; d += 14) { context.moveTo(d, this.height); context.lineTo(d + this.height, 0); }
    context.stroke(); context.restore();
  }

  outlineZone(context, zone) {
    this.ringPath(context, zone); context.strokeStyle = "#9c3d74"; context.lineWidth = 1.6; context.setLineDash([6, 4]); context.stroke(); context.setLineDash([]);
    let top = null; for (const ring of zone.rings) for (const [x, y] of ring) if (!top || y > top[1]) top = [x, y];
    const z = this.day.zones.indexOf(zone), rules = this.day.rulesHoldingIn(z, this.time);
    if (top) this.text(context, (zone.name || zone.role) + (rules.length ? " · " + this.words(rules.some((r) => r.effect === "deny") ? "closed_now" : "rule_holds") : ""), this.px(top[0]), Math.max(14, this.py(top[1]) - 6), "#7d2a5a", "center");
  }

  text(context, text, x, y, colour, align) {
    context.font = "600 12px " + FONT; context.textAlign = align || "left"; context.lineWidth = 3; context.strokeStyle = "rgba(255,255,255,0.9)";
    context.strokeText(text, x, y); context.fillStyle = colour; context.fillText(text, x, y);
  }

  drawScale(context) {
    const target = 110 / this.scale / 10; let metres = Math.pow(10, Math.floor(Math.log10(target)));
    for (const step of [5, 2]) if (metres * step <= target) { metres *= step; break; }
    const width = metres * 10 * this.scale, x = 12, y = this.height - 14;
    context.strokeStyle = "#222"; context.lineWidth = 2; context.beginPath(); context.moveTo(x, y - 4); context.lineTo(x, y); context.lineTo(x + width, y); context.lineTo(x + width, y - 4); context.stroke();
    this.text(context, metres >= 1000 ? metres / 1000 + " km" : metres + " m", x + width + 6, y + 1, "#222");
    if (this.day.run.credit) { context.font = "11px " + FONT; const text = this.day.run.credit; this.smallText(context, text); }
    else if (this.day.run.is_schematic) this.smallText(context, "SCHEMATIC");
  }

  smallText(context, text) { context.font = "11px " + FONT; context.textAlign = "right"; context.lineWidth = 3; context.strokeStyle = "rgba(255,255,255,0.9)"; context.strokeText(text, this.width - 8, this.height - 10); context.fillStyle = "#555"; context.fillText(text, this.width - 8, this.height - 10); }

  drawPlaces() {
    const context = this.contexts[1], day = this.day, places = day.places; this.clear(context);
    if (this.selected) this.drawSelectedPath(context);
    const big = Math.min(2.2, Math.max(1, Math.sqrt(this.scale / this.fullScale)));
    for (let p = 0; p < places.id.length; p++) {
      const kind = day.words.place[places.kind[p]];
      if (!this.layers[PLACE_LAYERS[kind]]) continue;
      const x = this.px(places.x[p]), y = this.py(places.y[p]);
      if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
      if (kind === "shop" || kind === "home") { context.fillStyle = PLACE_COLOURS[kind]; context.fillRect(x - 1.2 * big, y - 1.2 * big, 2.4 * big, 2.4 * big); continue; }
      if (kind === "berth" || kind === "charger") {
        const now = day.placeAt(p, this.time), capacity = places.capacity[p], isFar = kind === "berth" && big < 1.5, size = (isFar ? 2 : 3.2) * big;
        if (isFar && !now.inside && !now.waiting) { context.fillStyle = "rgba(77,77,77,0.55)"; context.fillRect(x - 1, y - 1, 2, 2); continue; }
        context.lineWidth = isFar ? 0.8 : 1.3; context.strokeStyle = PLACE_COLOURS[kind]; context.fillStyle = "#fff";
        context.beginPath(); if (kind === "berth") context.rect(x - size, y - size, 2 * size, 2 * size); else { context.moveTo(x, y - 1.5 * size); context.lineTo(x + 1.4 * size, y + size); context.lineTo(x - 1.4 * size, y + size); context.closePath(); }
        context.fill(); context.stroke();
        if (now.inside) { const share = Math.min(1, now.inside / Math.max(1, capacity)); context.save(); context.clip(); context.fillStyle = PLACE_COLOURS[kind]; context.fillRect(x - 2 * size, y + size - 2.5 * size * share, 4 * size, 2.5 * size * share); context.restore(); }
        if (now.waiting) { context.fillStyle = "#D55E00"; context.beginPath(); context.arc(x + size + 5, y - size - 3, 6.5, 0, 7); context.fill(); context.fillStyle = "#fff"; context.font = "bold 10px " + FONT; context.textAlign = "center"; context.fillText(String(now.waiting), x + size + 5, y - size + 0.5); }
        continue;
      }
      const size = 5 * big; context.fillStyle = PLACE_COLOURS[kind]; context.strokeStyle = "#fff"; context.lineWidth = 1.5; context.beginPath();
      if (kind === "station") { context.arc(x, y, size * 0.8, 0, 7); } else { context.moveTo(x, y - size); context.lineTo(x + size, y); context.lineTo(x, y + size); context.lineTo(x - size, y); context.closePath(); }
      context.fill(); context.stroke();
      if (kind !== "station") { const isRight = x > this.width * 0.8; this.text(context, day.placeName(p), isRight ? x - size - 3 : x + size + 3, y + 4, PLACE_COLOURS[kind], isRight ? "right" : "left"); }
    }
    if (this.selected && this.selected.kind === "place") this.ring(context, places.x[this.selected.row], places.y[this.selected.row], 11);
  }

  ring(context, x, y, size) { context.beginPath(); context.arc(this.px(x), this.py(y), size, 0, 7); context.strokeStyle = "#fff"; context.lineWidth = 5; context.stroke(); context.strokeStyle = "#111"; context.lineWidth = 2.2; context.stroke(); }

  drawSelectedPath(context) {
    const { kind, row } = this.selected, day = this.day;
    context.lineCap = "round"; context.lineJoin = "round"; context.beginPath();
    if (kind === "van") { for (let i = day.traces.starts[row]; i < day.traces.starts[row + 1]; i++) this.tracePath(context, day.traces.link[i]); }
    else if (kind === "link") this.tracePath(context, row); else return;
    context.strokeStyle = "rgba(255,255,255,0.9)"; context.lineWidth = 6; context.stroke(); context.strokeStyle = "#111"; context.lineWidth = 2.4; context.stroke();
    if (kind !== "van") return;
    let n = 0;
    for (let s = day.stops.starts[row]; s < day.stops.starts[row + 1]; s++) {
      const p = day.stops.shop[s]; n++; if (p < 0) continue;
      const x = this.px(day.places.x[p]), y = this.py(day.places.y[p]);
      context.beginPath(); context.arc(x, y, 3.4, 0, 7); context.fillStyle = day.stops.depart[s] <= this.time ? "#111" : "#fff"; context.fill(); context.strokeStyle = "#111"; context.lineWidth = 1.2; context.stroke();
    }
  }

  colourOf(v) {
    const by = this.day.vans[this.colourBy], word = by.words[by.code[v]];
    if (this.colourBy === "powertrain") return POWERTRAIN_COLOURS[word] || "#707070";
    return PALETTE[by.code[v] % PALETTE.length];
  }

  drawVans() {
    const context = this.contexts[2], day = this.day; this.clear(context);
    const size = Math.min(6.5, Math.max(3.4, 3.4 * Math.sqrt(Math.sqrt(this.scale / this.fullScale))));
    this.counts = {}; this.shown = this.shown || []; this.shown.length = 0;
    const groups = new Map();
    if (this.layers.vans) for (let v = 0; v < day.nVans; v++) {
      const at = day.vanAt(v, this.time); if (!at) continue;
      this.counts[at.state] = (this.counts[at.state] || 0) + 1;
      if (at.state === "home" && !(this.selected && this.selected.kind === "van" && this.selected.row === v)) continue;
      let x = this.px(at.x), y = this.py(at.y);
      if (at.dx !== undefined) { const n = Math.hypot(at.dx, at.dy) || 1; x += 2 * at.dy / n; y += 2 * at.dx / n; } // drive on the right of the line
      if (x < -10 || y < -10 || x > this.width + 10 || y > this.height + 10) continue;
      this.shown.push([v, x, y]);
      const colour = this.colourOf(v); if (!groups.has(colour)) groups.set(colour, []);
      groups.get(colour).push([x, y, at.state]);
    }
    for (const [colour, vans] of groups) {
      context.beginPath();
      for (const [x, y, state] of vans) if (state === "driving") { context.moveTo(x + size, y); context.arc(x, y, size, 0, 6.3); } else context.rect(x - size, y - size, 2 * size, 2 * size);
      context.lineWidth = 1.1; context.strokeStyle = "#fff"; context.fillStyle = colour; context.fill(); context.stroke();
    }
    if (this.layers.double) {
      context.beginPath();
      for (const vans of groups.values()) for (const [x, y, state] of vans) if (state === "double") context.rect(x - size - 2, y - size - 2, 2 * size + 4, 2 * size + 4);
      context.lineWidth = 2.2; context.strokeStyle = "#111"; context.stroke(); context.lineWidth = 0.9; context.strokeStyle = "#F0E442"; context.stroke();
    }
    context.beginPath();
    for (const vans of groups.values()) for (const [x, y, state] of vans) if (state === "waiting" || state === "queue") { context.moveTo(x + 2.4, y); context.arc(x, y, 2.4, 0, 6.3); }
    context.fillStyle = "#fff"; context.fill();
    if (this.selected && this.selected.kind === "van") { const at = day.vanAt(this.selected.row, this.time); if (at) this.ring(context, at.x, at.y, size + 6); }
    if (this.overlay) this.overlay(context, this);
  }

  /* -- choosing -- */
  click(px, py) {
    if (this.onPoint) { this.onPoint(this.worldX(px), this.worldY(py), px, py); return; }
    const reach = 12; let best = null, near = reach;
    for (const [v, x, y] of this.shown) { const d = Math.hypot(x - px, y - py); if (d < near) { near = d; best = { kind: "van", row: v }; } }
    if (!best) {
      const places = this.day.places; near = reach;
      for (let p = 0; p < places.id.length; p++) {
        const kind = this.day.words.place[places.kind[p]]; if (!this.layers[PLACE_LAYERS[kind]]) continue;
        const d = Math.hypot(this.px(places.x[p]) - px, this.py(places.y[p]) - py); if (d < near) { near = d; best = { kind: "place", row: p }; }
      }
    }
    if (!best) { const link = this.linkNear(px, py, reach); if (link >= 0) best = { kind: "link", row: link }; }
    this.select(best);
  }

  linkNear(px, py, reach) {
    const { x, y, starts } = this.day.roads, wx = this.worldX(px), wy = this.worldY(py); let near = reach / this.scale, best = -1;
    for (let l = 0; l + 1 < starts.length; l++) for (let p = starts[l]; p < starts[l + 1] - 1; p++) {
      if (Math.min(x[p], x[p + 1]) - near > wx || Math.max(x[p], x[p + 1]) + near < wx || Math.min(y[p], y[p + 1]) - near > wy || Math.max(y[p], y[p + 1]) + near < wy) continue;
      const dx = x[p + 1] - x[p], dy = y[p + 1] - y[p], f = Math.min(1, Math.max(0, ((wx - x[p]) * dx + (wy - y[p]) * dy) / (dx * dx + dy * dy || 1)));
      const d = Math.hypot(x[p] + f * dx - wx, y[p] + f * dy - wy); if (d < near) { near = d; best = l; }
    }
    return best;
  }

  select(what) { this.selected = what; this.placeKey = ""; this.draw(); this.onSelect(what); }
  setLayer(name, on) { this.layers[name] = on; this.baseKey = this.placeKey = ""; this.draw(); }
}

const FONT = "'Sim CJK', 'Sim CJK names', system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif";
