"use strict";
const uploadForm = document.getElementById("upload"), answerBox = document.getElementById("answer"); let kept = null;
uploadForm.addEventListener("submit", async (event) => {
  event.preventDefault(); const data = new FormData(uploadForm), kind = data.get("kind"), sent = new FormData(); sent.append("file", data.get("file")); if (kind === "network") sent.append("name", data.get("name")); else sent.append("network", data.get("network"));
  answerBox.replaceChildren(el("p", { class: "note" }, "…")); const told = await ask("/api/uploads/" + kind, sent);
  if (told.faults && told.faults.length) { showFaults(answerBox, told.faults); return; }
  answerBox.replaceChildren(el("div", { class: "kept" }, el("p", null, "✓ " + w("usable") + " " + w("rows") + ": " + told.rows), (told.notes || []).map((note) => el("p", { class: "note" }, note)), told.vehicles && el("p", null, w("vehicles") + ": " + told.vehicles + " · " + w("matched") + ": " + told.matched + " / " + told.rows), told.use && el("p", null, w("use_with") + ": ", el("code", null, "sim run " + told.use))));
  if (told.file) { kept = told.file; const { runs } = await ask("/api/runs"), box = document.getElementById("beside-run"); box.replaceChildren(...runs.filter((run) => run.network === data.get("network")).map((run) => option(run.name, run.scenario + " · " + run.name))); document.getElementById("beside").hidden = false; }
});
document.getElementById("beside-show").addEventListener("click", async () => {
  const run = document.getElementById("beside-run").value; if (!run || !kept) return;
  const [content, seen] = await Promise.all([askContent("/api/runs/" + encodeURIComponent(run) + "/content"), ask("/api/positions/" + encodeURIComponent(kept))]), page = new ReportPage(document.getElementById("report"), content, LANGUAGE); window.simReport = page;
  const rows = new Map(content.roads.link_id.length ? [...content.roads.link_id].map((id, row) => [id, row]) : []), last = new Map();
  page.map.overlay = (context, map) => { last.clear(); const t = map.time / 10; for (let i = 0; i < seen.time_s.length; i++) if (seen.time_s[i] <= t && t - seen.time_s[i] < 900 && seen.link_id[i] !== null) last.set(seen.vehicle_id[i], i);
    for (const [vehicle, i] of last) { const row = rows.get(seen.link_id[i]); if (row === undefined) continue; const at = map.day.pointOnLink(row, 0.5), x = map.px(at.x), y = map.py(at.y); context.beginPath(); context.moveTo(x, y - 9); context.lineTo(x + 8, y + 6); context.lineTo(x - 8, y + 6); context.closePath(); context.fillStyle = "#CC79A7"; context.fill(); context.strokeStyle = "#111"; context.lineWidth = 1.5; context.stroke(); map.text(context, String(vehicle), x + 10, y + 4, "#7d2a5a"); } };
  page.legend.append(el("div", null, "▲ " + w("measured"))); page.map.seek(Math.min(...seen.time_s) * 10);
});
