(() => {
  const PRINT_WIDTH = 680;
  const NARROW = matchMedia("(max-width: 600px)").matches;
  const drawn = [];
  for (const holder of document.querySelectorAll("script[data-chart]")) {
    const place = document.getElementById(holder.dataset.chart);
    const chart = JSON.parse(holder.textContent);
    place.replaceChildren();
    if (NARROW) chart.layout.font = { size: 11 };
    Plotly.newPlot(place, chart.data, chart.layout, chart.config);
    drawn.push(place);
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
  // Paper is narrower than most windows: charts are drawn again at its width, and back afterwards.
  window.addEventListener("beforeprint", () => {
    for (const each of appendices) each.open = true;
    for (const place of drawn) Plotly.relayout(place, { width: PRINT_WIDTH });
  });
  window.addEventListener("afterprint", () =>
    drawn.forEach((place) => Plotly.relayout(place, { width: null, autosize: true })),
  );
  document.documentElement.dataset.ready = "yes";
})();
