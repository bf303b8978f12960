"use strict";
const compareForm = document.getElementById("compare"), operatorRun = document.getElementById("operator-run");
if (compareForm) {
  compareForm.addEventListener("submit", (event) => { event.preventDefault(); const data = new FormData(compareForm), base = data.get("base"); window.location.href = "/runs/" + encodeURIComponent(data.get("run")) + (base ? "?base=" + encodeURIComponent(base) : ""); });
  ask("/api/runs").then(({ runs }) => {
    const measure = document.getElementById("measure"), names = [...new Set(runs.flatMap((run) => Object.keys(run.kpis)))], bars = document.getElementById("bars");
    measure.replaceChildren(...names.map((name) => option(name, measureName(name, LANGUAGE)))); measure.value = names.includes("cost_per_order") ? "cost_per_order" : names[0];
    const fill = () => { const rows = runs.filter((run) => run.kpis[measure.value] && run.kpis[measure.value].value !== null).slice(0, 25), most = Math.max(...rows.map((run) => Math.abs(run.kpis[measure.value].value)), 1e-12);
      bars.replaceChildren(...rows.map((run) => { const kpi = run.kpis[measure.value], bar = el("span", { class: "bar-fill" }); bar.style.width = (100 * Math.abs(kpi.value) / most).toFixed(1) + "%"; return el("div", { class: "bar" }, el("span", { class: "bar-name", title: run.name }, run.scenario + " · " + run.network + " · " + run.seed), el("span", { class: "bar-track" }, bar), el("span", { class: "bar-value" }, numberText(kpi.value) + " " + (kpi.unit === "-" ? "" : kpi.unit))); })); };
    measure.addEventListener("change", fill); fill();
    document.getElementById("table-csv").addEventListener("click", () => download("runs.csv", "text/csv", csvText([["run", "scenario", "network", "seed", "end", ...names], ...runs.map((run) => [run.name, run.scenario, run.network, run.seed, run.end, ...names.map((name) => (run.kpis[name] ? run.kpis[name].value : ""))])])));
  });
}
if (operatorRun) {
  const fill = async () => {
    const told = await ask("/api/runs/" + encodeURIComponent(operatorRun.value) + "/operators"), box = document.getElementById("operators");
    if (told.faults) { showFaults(box, told.faults); return; }
    box.replaceChildren(tableOf([w("carrier"), w("vans"), w("orders"), w("delivered"), w("on_time"), w("double") + " [h]", w("violations"), w("fines") + " [CNY]", w("cost") + " [CNY]", w("cost_per_order") + " [CNY]", w("credit"), w("credit_level"), w("reward")], told.rows.map((row) => [row.carrier_id, ...["vans", "orders", "delivered", "on_time_share", "double_parking_h", "violations", "fines_cny", "cost_cny", "cost_per_order_cny", "credit", "level", "reward_cny"].map((key) => numberText(row[key]))]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  };
  operatorRun.addEventListener("change", fill); fill();
}
