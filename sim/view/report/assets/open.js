"use strict";
/* Opens the report from the content that stands in the page. */
(async () => {
  const started = performance.now();
  const content = await unpackContent(bytesFromBase64(document.getElementById("content").textContent));
  const page = new ReportPage(document.getElementById("report"), content, document.documentElement.lang);
  page.started = started;
  window.simReport = page;
})();
