(() => {
  const PRINT_WIDTH = 680;
  const drawn = [];
  for (const holder of document.querySelectorAll("script[data-chart]")) {
    const place = document.getElementById(holder.dataset.chart);
    const chart = JSON.parse(holder.textContent);
    place.replaceChildren();
    Plotly.newPlot(place, chart.data, chart.layout, chart.config);
    drawn.push(place);
  }
  // Paper is narrower than most windows: charts are drawn again at its width, and back afterwards.
  window.addEventListener("beforeprint", () => drawn.forEach((place) => Plotly.relayout(place, { width: PRINT_WIDTH })));
  window.addEventListener("afterprint", () =>
    drawn.forEach((place) => Plotly.relayout(place, { width: null, autosize: true })),
  );
  document.documentElement.dataset.ready = "yes";
})();
