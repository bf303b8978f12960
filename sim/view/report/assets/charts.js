"use strict";
/* Curves with zoom, values on hover, and their numbers as CSV. */

function download(name, type, parts) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(parts instanceof Blob ? parts : new Blob([parts], { type }));
  link.download = name; document.body.appendChild(link); link.click(); link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^[=+@\t\r]/.test(text) || (/^-/.test(text) && Number.isNaN(Number(text)))) text = "'" + text; // spreadsheets would read a formula
  return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}
function csvText(rows) { return "\ufeff" + rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n"; }

function numberText(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
}

/* A curve over the hours of the day; `series` is a list of {label, values, colour, dash}. */
function timeChart(box, { unit, hours, series, height, onHover, hourAxis = true, xLabel = "" }) {
  const data = [hours, ...series.map((one) => one.values)];
  const width = () => Math.max(240, Math.floor(box.clientWidth || 400));
  const wrap = (hour) => String(Math.floor(((hour % 24) + 24) % 24)).padStart(2, "0") + ":" + String(Math.round((hour % 1) * 60) % 60).padStart(2, "0");
  const font = "12px " + FONT;
  const options = {
    width: width(), height: height || 190, cursor: { drag: { x: true, y: false }, points: { size: 6 } }, legend: { live: true },
    scales: { x: { time: false }, y: { range: (u, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] } },
    axes: [
      { font, stroke: "#444", grid: { stroke: "#eee" }, values: hourAxis ? (u, ticks) => ticks.map((h) => (Number.isInteger(h) ? String(((h % 24) + 24) % 24).padStart(2, "0") : wrap(h))) : undefined, incrs: hourAxis ? [0.25, 0.5, 1, 2, 3, 4, 6, 12] : undefined, label: xLabel || undefined, labelFont: font, labelSize: 18, size: 32 },
      { font, stroke: "#444", grid: { stroke: "#eee" }, size: 54, label: unit, labelFont: font, labelSize: 16, values: (u, ticks) => ticks.map((v) => (Math.abs(v) >= 10000 ? Math.round(v / 1000) + "k" : String(Number(v.toPrecision(6))))) },
    ],
    series: [
      { label: hourAxis ? "" : xLabel, value: (u, v) => (v === null ? "–" : hourAxis ? wrap(v) : numberText(v)) },
      ...series.map((one) => ({ label: one.label, stroke: one.colour, width: 2, dash: one.dash, points: { show: !!one.points, size: 7 }, spanGaps: false, value: (u, v) => numberText(v), fill: one.fill })),
    ],
  };
  const chart = new uPlot(options, data, box);
  const observer = new ResizeObserver(() => chart.setSize({ width: width(), height: options.height }));
  observer.observe(box);
  return chart;
}
