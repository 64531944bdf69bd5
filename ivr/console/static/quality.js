// Runs over time: shares of wrong words, wrong fields and flipped decisions, drawn from the table below the chart.
"use strict";
(() => {
  const home = document.getElementById("curve");
  const rows = [...document.querySelectorAll("#runs > [data-at]")];
  const share = (text) => (text === "" ? null : 100 * Number(text));
  const column = (name) => rows.map((row) => share(row.dataset[name]));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let chart = null;

  function draw() {
    chart?.destroy();
    const ink = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const line = (name, dash) => ({ stroke: colour(name), width: 2, dash, points: { show: true, size: 6 }, spanGaps: true });
    const places = rows.map((_, place) => place);
    const days = rows.map((row) => new Date(1000 * Number(row.dataset.at)));
    const two = (n) => String(n).padStart(2, "0");
    chart = new uPlot(
      {
        width: home.clientWidth,
        height: 230,
        legend: { show: false },
        cursor: { y: false },
        scales: { x: { time: false, range: [-0.3, Math.max(1, rows.length - 0.7)] }, y: { range: (_, _low, high) => [0, Math.max(5, (high || 0) * 1.15)] } },
        series: [{}, line("--hear"), line("--hold", [6, 3]), line("--keys-voice", [2, 3])],
        axes: [
          { ...ink, size: 28, splits: () => places.filter((n) => n % Math.ceil((rows.length * 90) / home.clientWidth) === 0), values: (_, all) => all.map((n) => (days[n] ? `${days[n].getMonth() + 1}/${days[n].getDate()} ${two(days[n].getHours())}:${two(days[n].getMinutes())}` : "")) },
          { ...ink, size: 46, values: (_, all) => all.map((n) => `${n} %`) },
        ],
      },
      [places, column("wer"), column("wrong"), column("flip")],
      home
    );
  }
  draw();
  document.addEventListener("loanline:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", () => chart.setSize({ width: home.clientWidth, height: 230 }));
})();
