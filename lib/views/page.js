(() => {
  const PRINT_WIDTH = 680;
  const NARROW = matchMedia("(max-width: 600px)").matches;
  const SMALL = { size: 11 };
  const drawn = [];
  for (const holder of document.querySelectorAll("script[data-chart]")) {
    const place = document.getElementById(holder.dataset.chart);
    const chart = JSON.parse(holder.textContent);
    place.replaceChildren();
    if (NARROW) chart.layout.font = SMALL;
    Plotly.newPlot(place, chart.data, chart.layout, chart.config);
    drawn.push([place, chart.layout.height, chart.layout.font ?? null]);
  }
  // On a telephone the appendices are closed until somebody wants them; on paper everything is open.
  const appendices = [...document.querySelectorAll("details.appendix")];
  for (const each of appendices) {
    each.open = !NARROW;
    each.addEventListener("toggle", () => each.querySelectorAll(".js-plotly-plot").forEach((chart) => Plotly.Plots.resize(chart)));
  }
  const openTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const appendix = target && target.closest("details.appendix");
    if (appendix) appendix.open = true;
  };
  window.addEventListener("hashchange", openTarget);
  openTarget();
  // Paper is narrower than most windows and lower: charts are drawn again for it, and back afterwards.
  const redraw = (place, height, font, width) => {
    place.style.height = `${height}px`;
    Plotly.relayout(place, { width, height, font, autosize: width === null });
  };
  window.addEventListener("beforeprint", () => {
    for (const each of appendices) each.open = true;
    for (const [place, height] of drawn) redraw(place, Math.round(0.8 * height), SMALL, PRINT_WIDTH);
  });
  window.addEventListener("afterprint", () => drawn.forEach(([place, height, font]) => redraw(place, height, font, null)));
  document.documentElement.dataset.ready = "yes";
})();
