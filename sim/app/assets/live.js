"use strict";
/* The day of the run that is being simulated: its numbers, and its vans on the map. */
const liveBox = document.getElementById("live"), liveNumbers = document.getElementById("live-numbers"); let liveMap = null, liveOf = null, liveNow = null;
const LIVE_COLOURS = ["#0072B2", "#E69F00", "#ffffff", "#111111"]; // driving, standing, depot (not drawn), stranded

function drawVans(context, map) {
  for (const [link, share, state] of liveNow.positions) {
    const at = map.day.pointOnLink(link, share), x = map.px(at.x), y = map.py(at.y); context.lineWidth = 1.5; context.strokeStyle = "#111"; context.fillStyle = LIVE_COLOURS[state];
    context.beginPath(); if (state === 3) { context.moveTo(x - 6, y - 6); context.lineTo(x + 6, y + 6); context.moveTo(x + 6, y - 6); context.lineTo(x - 6, y + 6); context.lineWidth = 3; } else { context.arc(x, y, state === 0 ? 5 : 4, 0, 2 * Math.PI); context.fill(); } context.stroke();
  }
}

function showNumbers(now) {
  const count = (value) => Number(value).toLocaleString("en-US"), lost = Object.entries(now.orders).filter(([status]) => !["delivered", "open"].includes(status)).reduce((sum, [, n]) => sum + n, 0);
  const rows = [["live_clock", clockText(now.time_s * 10)], now.day > 1 && ["live_day_of", count(now.day)], ["live_driving", count(now.vans.driving)], ["live_standing", count(now.vans.standing)], ["live_depot", count(now.vans.depot)], now.vans.stranded > 0 && ["live_stranded", count(now.vans.stranded)],
    ["live_berths", count(now.in_use.berths) + " · " + count(now.queues.berths)], ["live_chargers", count(now.in_use.chargers) + " · " + count(now.queues.chargers)], ["live_delivered", count(now.orders.delivered || 0)], ["live_failed", count(lost)], ["live_open", count(now.orders.open)]];
  liveNumbers.replaceChildren(...rows.filter(Boolean).map(([key, text]) => el("div", { "data-key": key }, el("dt", null, w(key)), el("dd", null, text))));
}

async function watchDay(jobs) { // called whenever the page has looked at the queue
  const job = jobs.find((one) => one.state === "running" && one.has_day && !one.study);
  if (!job) { if (liveOf !== null) { liveBox.hidden = true; liveOf = null; } return; }
  const now = await ask("/api/jobs/" + job.job_id + "/live").catch(() => null); if (!now || now.faults) return;
  document.getElementById("live-label").textContent = job.label; liveBox.hidden = false; liveNow = now; showNumbers(now);
  if (liveOf !== job.job_id) {
    liveOf = job.job_id;
    try { liveMap = await networkMap(document.getElementById("live-map"), now.network); liveMap.overlay = drawVans; } catch (error) { liveMap = null; }
  }
  if (liveMap) liveMap.draw();
}
