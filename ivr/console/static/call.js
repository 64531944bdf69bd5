// One call: the transcript follows the talk, the timeline and the risk line are drawn from what the page holds.
"use strict";
(() => {
  const $ = (name) => document.getElementById(name);
  const SVG = "http://www.w3.org/2000/svg";
  const box = $("log-box");
  let follow = true;
  box.addEventListener("scroll", () => {
    follow = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  });

  function shape(name, facts, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  }

  // Timeline: three lanes of speech and keys, events as lines, one scale for all.
  function timeline() {
    const width = Math.max(300, $("timeline").clientWidth);
    const lines = [...document.querySelectorAll("#lines > [data-from], #now > [data-from]")];
    const end = Math.max(30000, ...lines.map((line) => Number(line.dataset.to))) * 1.03;
    const x = (ms) => (Number(ms) / end) * width;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", width);
    svg.setAttribute("height", 84);
    const every = [5, 10, 15, 30, 60, 120, 300].find((seconds) => (end / 1000 / seconds) * 56 < width) || 600;
    for (let second = 0; second * 1000 < end; second += every) {
      shape("line", { x1: x(second * 1000), x2: x(second * 1000), y1: 0, y2: 66, class: "grid" }, svg);
      const label = shape("text", { x: x(second * 1000) + 2, y: 80, class: "scale" }, svg);
      label.textContent = `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;
    }
    const lane = { line: 4, caller: 25, keys: 46 };
    for (const line of lines) {
      const { who, from, to } = line.dataset;
      if (who in lane) {
        const size = Math.max(3, x(to) - x(from));
        shape("rect", { x: x(from), y: lane[who], width: size, height: 17, rx: 2, class: `lane-${who}` }, svg);
      } else if (who === "event") {
        shape("line", { x1: x(from), x2: x(from), y1: 0, y2: 66, class: "event" }, svg);
      } else if (who === "gap") {
        shape("rect", { x: x(from) - 3, y: 0, width: 6, height: 66, class: "gap" }, svg);
      }
    }
    $("timeline").replaceChildren(svg);
  }

  // Risk over time, a step line between four named levels.
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const names = $("chart").dataset.labels.split("|");
  let chart = null;
  function risk() {
    const points = [...document.querySelectorAll("#points > tr")];
    const times = points.map((point) => Number(point.dataset.t) / 1000);
    const levels = points.map((point) => Number(point.dataset.level));
    if (chart) {
      chart.setData([times, levels]);
      return;
    }
    if (!points.length) return;
    const ink = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    chart = new uPlot(
      {
        width: $("chart").clientWidth,
        height: 130,
        legend: { show: false },
        cursor: { y: false },
        scales: { x: { time: false }, y: { range: [-0.2, 3.2] } },
        series: [{}, { stroke: colour("--accent"), width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { show: true, size: 5 } }],
        axes: [
          { ...ink, size: 26, font: "11px system-ui", values: (_, all) => all.map((s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`) },
          { ...ink, size: 58, font: "11px system-ui", splits: [0, 1, 2, 3], values: () => names },
        ],
      },
      [times, levels],
      $("chart")
    );
  }

  function draw() {
    timeline();
    risk();
    if (follow) box.scrollTop = box.scrollHeight;
  }
  let due = 0;
  let drawn = 0;
  const soon = () => {
    clearTimeout(due);
    due = setTimeout(() => {
      drawn = performance.now();
      requestAnimationFrame(draw);
    }, Math.max(0, drawn + 250 - performance.now()));
  };
  document.addEventListener("loanline:patched", soon);
  const repaint = () => {
    chart?.destroy();
    chart = null;
    soon();
  };
  document.addEventListener("loanline:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  addEventListener("resize", () => {
    chart?.setSize({ width: $("chart").clientWidth, height: 130 });
    soon();
  });
  document.addEventListener("click", (event) => {
    const seek = event.target.closest("[data-seek]");
    if (!seek) return;
    event.preventDefault();
    const said = document.querySelector(`#lines > [data-who="caller"][data-from="${seek.dataset.seek}"]`);
    said?.scrollIntoView({ block: "center" });
    said?.classList.add("found");
    setTimeout(() => said?.classList.remove("found"), 1500);
  });
  draw();
})();
