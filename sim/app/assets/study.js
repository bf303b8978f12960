"use strict";
(async () => {
  const box = document.getElementById("report");
  try { window.simReport = new ReportPage(box, await askContent("/api/studies/" + encodeURIComponent(box.dataset.study) + "/content"), LANGUAGE); }
  catch (error) { showFaults(box, [error.message]); }
})();
