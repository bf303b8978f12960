"use strict";
(async () => {
  const box = document.getElementById("report"), base = box.dataset.base;
  try { window.simReport = new ReportPage(box, await askContent("/api/runs/" + encodeURIComponent(box.dataset.run) + "/content" + (base ? "?base=" + encodeURIComponent(base) : "")), LANGUAGE); }
  catch (error) { showFaults(box, [error.message]); }
})();
