"use strict";
/* The day as a shop sees it, and as a carrier does. */
const viewForm = document.getElementById("day-view"), viewBox = document.getElementById("day-answer");
function clock(seconds) { return seconds === null ? "–" : clockText(Math.round(seconds) * 10); }
function known(prefix, word) { const key = prefix + word; return w(key) === key ? word : w(key); }

function shopOf(told, shop) {
  const calls = told.calls.map((call) => [clock(call.arrival_s), clock(call.planned_s), clock(call.start_s) + "–" + clock(call.end_s), call.carrier, call.van, known("parking_", call.parking), numberText(call.berth_wait_s === null ? null : call.berth_wait_s / 60), String(call.orders), numberText(call.weight_kg), known("outcome_", call.outcome)]);
  const parts = [el("h3", null, (told.name || shop) + " ", el("span", { class: "note" }, shop + " · " + told.type)), el("p", null, w("delivered") + ": " + told.delivered + " / " + told.orders)];
  parts.push(calls.length ? el("div", { class: "scroll", tabindex: "0" }, tableOf([w("arrival"), w("planned"), w("service"), w("carrier"), w("van"), w("parked"), w("berth_wait") + " [min]", w("orders"), w("weight") + " [kg]", w("outcome")], calls, [6, 7, 8])) : el("p", { class: "note" }, w("no_calls")));
  if (told.missing.length) parts.push(el("h4", null, w("not_delivered")), el("div", { class: "scroll", tabindex: "0" }, tableOf([w("carrier"), w("windows"), w("outcome")], told.missing.map((order) => [order.carrier, clock(order.earliest_s) + "–" + clock(order.latest_s), known("outcome_", order.status)]))));
  return parts;
}
function carrierOf(told, carrier) {
  const orders = Object.entries(told.orders).map(([status, count]) => known("outcome_", status) + " " + count.toLocaleString("en-US")).join(" · ");
  return [el("h3", null, carrier + " ", el("span", { class: "note" }, told.vans + " " + w("vans"))), el("p", null, w("orders") + ": " + orders), el("div", { class: "scroll", tabindex: "0" }, tableOf([w("van"), w("van_type"), w("starts"), w("ends"), w("stops"), w("orders"), "km", w("driving") + " [min]", w("late") + " [min]"], told.tours.map((tour) => [tour.van, tour.vehicle_type, clock(tour.start_s), clock(tour.end_s) + (tour.is_home ? "" : " !"), String(tour.stops), String(tour.orders), numberText(tour.km), numberText(tour.driving_s / 60), numberText(tour.late_s / 60)]), [4, 5, 6, 7, 8]))];
}
async function show(kind, name, build) {
  const told = await ask("/api/runs/" + encodeURIComponent(viewForm.run.value) + "/" + kind + "/" + encodeURIComponent(name));
  if (told.faults) showFaults(viewBox, told.faults); else viewBox.replaceChildren(...build(told, name));
}
async function fillParties() {
  const told = await ask("/api/runs/" + encodeURIComponent(viewForm.run.value) + "/parties"); viewBox.replaceChildren(); viewForm.shop.value = "";
  if (told.faults) { showFaults(viewBox, told.faults); return; }
  document.getElementById("shop-list").replaceChildren(...told.shops.map((shop) => el("option", { value: shop.id }, [shop.name, shop.type].filter(Boolean).join(" · "))));
  viewForm.carrier.replaceChildren(option("", "–"), ...told.carriers.map((carrier) => option(carrier.id)));
}
if (viewForm) {
  viewForm.addEventListener("submit", (event) => event.preventDefault());
  viewForm.run.addEventListener("change", fillParties);
  viewForm.shop.addEventListener("change", () => { if (viewForm.shop.value) { viewForm.carrier.value = ""; show("shops", viewForm.shop.value.trim(), shopOf); } });
  viewForm.carrier.addEventListener("change", () => { if (viewForm.carrier.value) { viewForm.shop.value = ""; show("carriers", viewForm.carrier.value, carrierOf); } });
  fillParties();
}
