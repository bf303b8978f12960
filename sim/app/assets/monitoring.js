"use strict";
const jobBox = document.getElementById("jobs"), startForm = document.getElementById("start"), openOutputs = new Set(); let shownJobs = "";

function duration(seconds) { const s = Math.max(0, Math.round(seconds)); return s < 90 ? s + " s" : Math.floor(s / 60) + " min " + (s % 60) + " s"; }

const taskSeen = new Map();
function estimate(job) { // time left of the running task, from how fast it went so far
  const p = job.progress; if (!p || !p.total || !p.done) return "";
  const key = job.job_id + p.task.split(",")[0], now = Date.now() / 1000;
  if (!taskSeen.has(key)) taskSeen.set(key, [now, p.done]);
  const [since, from] = taskSeen.get(key), rate = (p.done - from) / Math.max(0.1, now - since);
  return rate > 0 ? " · " + w("left") + " " + duration((p.total - p.done) / rate) : "";
}

function jobCard(job) {
  const p = job.progress, now = Date.now() / 1000, details = el("details", { open: openOutputs.has(job.job_id) }, el("summary", null, w("output")), el("pre", { tabindex: "0" }, job.output || "–"));
  details.addEventListener("toggle", () => { if (details.open) openOutputs.add(job.job_id); else openOutputs.delete(job.job_id); });
  const bar = job.state === "running" && p ? [el("progress", { max: p.total, value: p.done, "aria-label": p.task }), el("p", { class: "note" }, p.task + " " + p.done.toLocaleString("en-US") + " / " + p.total.toLocaleString("en-US") + estimate(job))] : [];
  const time = job.began ? ((job.ended || now) - job.began) : 0;
  return el("article", { class: "job", "data-job": job.job_id, "data-state": job.state }, el("h3", null, job.label, el("span", { class: "state state-" + job.state }, w(job.state)), job.began && el("span", { class: "note" }, w(job.state === "running" ? "since" : "took") + " " + duration(time)),
    ["queued", "running"].includes(job.state) && el("button", { class: "cancel", onclick: async () => { await ask("/api/jobs/" + job.job_id + "/cancel", {}); look(); } }, w("cancel")), job.has_run && el("a", { href: job.study ? "/studies/" + job.study : "/runs/" + job.run }, w("open"))),
    el("p", { class: "note break" }, (job.study ? "sim study " + job.study + " " : "sim run ") + job.overrides.join(" ")), bar, job.output && details);
}

async function look() {
  const told = await ask("/api/jobs").catch(() => null); if (!told || !told.jobs) return; watchDay(told.jobs);
  const key = JSON.stringify(told.jobs.map((job) => [job.job_id, job.state, job.progress, job.output.length, job.has_run])) + (told.jobs.some((job) => job.state === "running") ? Math.floor(Date.now() / 1000) : "");
  if (key === shownJobs) return; shownJobs = key;
  if (document.activeElement && jobBox.contains(document.activeElement) && document.activeElement.tagName !== "BODY" && told.jobs.some((job) => job.state === "running") && Math.random() < 0.5) return; // leave the focus where it is for a moment
  jobBox.replaceChildren(...(told.jobs.length ? told.jobs.map(jobCard) : [el("p", { class: "note" }, w("none_yet"))]));
}

startForm.addEventListener("submit", async (event) => {
  event.preventDefault(); const data = new FormData(startForm), overrides = ["network=" + data.get("network"), "traffic=" + data.get("traffic"), "seed=" + data.get("seed"), ...data.get("more").split("\n").map((line) => line.trim()).filter(Boolean)];
  const told = await ask("/api/jobs", { scenario: data.get("scenario").trim(), overrides, label: data.get("scenario").trim() + " · " + data.get("network") + " · " + data.get("seed") });
  showFaults(document.getElementById("faults"), told.faults); look();
});
const studyForm = document.getElementById("start-study");
if (studyForm) studyForm.addEventListener("submit", async (event) => {
  event.preventDefault(); const told = await ask("/api/jobs", { study: new FormData(studyForm).get("study") });
  showFaults(document.getElementById("faults"), told.faults); look();
});
look(); setInterval(look, 700);
