"use strict";
/* Which lever moved which target, and the sets of levers that searches have found. */
const READINGS = ["package", "shapley", "alone", "last", "interaction"];
function percent(values) { return !values || values[0] === null ? "–" : values.map((v) => (100 * v).toFixed(1)).reduce((text, v, i) => (i === 0 ? (v > 0 ? "+" : "") + v + " %" : i === 1 ? text + " (" + v : text + "…" + v + ")"), ""); }
function scrolled(table) { return el("div", { class: "scroll", tabindex: "0" }, table); }
function filesOf(name, files) { return el("p", { class: "note" }, w("files") + ": ", files.flatMap((file, i) => [i ? " · " : "", el("a", { href: "/api/studies/" + encodeURIComponent(name) + "/files/" + file }, file)])); }
function verdictName(text) { return w("verdict_" + text.replace(" ", "_")); }

function attributionOf(one) {
  const choice = el("select", { "data-study": one.name }, READINGS.filter((reading) => one.rows.some((row) => row.reading === reading)).map((reading) => option(reading, w("reading_" + reading)))), box = el("div", null);
  const fill = () => {
    const rows = one.rows.filter((row) => row.reading === choice.value || (choice.value === "shapley" && row.reading === "package"));
    box.replaceChildren(scrolled(tableOf([w("lever"), ...one.measures.map((name) => measureName(name, LANGUAGE))], rows.map((row) => [row.reading === "package" ? w("reading_package") : row.lever, ...one.measures.map((name) => percent(row.values[name]))]), one.measures.map((_, i) => i + 1))));
  };
  choice.value = one.rows.some((row) => row.reading === "shapley") ? "shapley" : one.rows[0].reading; choice.addEventListener("change", fill); fill();
  return el("div", null, el("h3", null, one.name, " ", el("span", { class: "note" }, one.seeds + " " + w("seeds_paired"))), el("p", { class: "tools" }, el("label", null, w("reading") + " ", choice)), box, filesOf(one.name, ["attribution.csv", "attribution.csv.parquet"]));
}

function searchOf(one) {
  const front = one.front.map((set) => [...one.levers.map((lever) => set.levels[lever]), numberText(set.public_cost), numberText(set.shortfall), set.targets_met + " / " + one.targets.length]);
  const parts = [el("h3", null, one.name, " ", el("span", { class: "note" }, one.tried + " " + w("sets_tried")))];
  if (one.confirmation.length) parts.push(el("h4", null, w("chosen_set")), scrolled(tableOf([w("target"), w("mean_interval"), w("verdict"), w("seeds_fresh")], one.confirmation.map((row) => [measureName(row.target, LANGUAGE), numberText(row.mean) + " (" + numberText(row.low) + "…" + numberText(row.high) + ")", verdictName(row.verdict), String(row.n)]), [1, 3])));
  parts.push(el("h4", null, w("front")), scrolled(tableOf([...one.levers, w("public_cost"), w("shortfall"), w("targets_met")], front, [one.levers.length, one.levers.length + 1, one.levers.length + 2])), filesOf(one.name, ["trials.csv", "front.csv", ...(one.confirmation.length ? ["confirmation.csv"] : []), "figures/front.png"]));
  return el("div", { "data-search": one.name }, parts);
}

ask("/api/appraisal").then((told) => {
  if (told.attributions && told.attributions.length) document.getElementById("attributions").replaceChildren(...told.attributions.map(attributionOf));
  if (told.searches && told.searches.length) document.getElementById("searches").replaceChildren(...told.searches.map(searchOf));
});
