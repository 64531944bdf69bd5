// The list of calls: order by need, filters, keys, a sound for alerts.
"use strict";
(() => {
  const $ = (name) => document.getElementById(name);
  const rows = $("rows");
  const all = () => [...rows.children];

  function shown(row) {
    const text = $("f-text").value.trim().toLowerCase();
    return (
      Number(row.dataset.level) >= Number($("f-band").value) &&
      (!$("f-step").value || row.dataset.step === $("f-step").value) &&
      (!$("f-need").checked || Number(row.dataset.score) >= 60) &&
      (!text || row.textContent.toLowerCase().includes(text))
    );
  }

  // Rows move only as far as they must, and the one with the focus stays focused.
  function order() {
    const focused = rows.contains(document.activeElement) ? document.activeElement : null;
    const sorted = all().sort(
      (a, b) => b.dataset.score - a.dataset.score || b.dataset.seconds - a.dataset.seconds || (a.id < b.id ? -1 : 1)
    );
    sorted.forEach((row, place) => {
      if (rows.children[place] !== row) rows.insertBefore(row, rows.children[place]);
    });
    if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
    let live = 0;
    for (const row of sorted) {
      row.hidden = !shown(row);
      live += !row.classList.contains("over");
    }
    $("count").textContent = live;
    $("none").hidden = sorted.some((row) => !row.hidden);
  }

  const heard = new Set();
  function beep() {
    for (const alert of document.querySelectorAll("#alerts > *")) {
      if (heard.has(alert.id)) continue;
      heard.add(alert.id);
      if (!$("sound").checked) continue;
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = 660;
      gain.gain.setValueAtTime(0.15, audio.currentTime);
      gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
      tone.connect(gain).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.5);
      tone.onended = () => audio.close();
    }
  }

  document.addEventListener("loanline:patched", () => {
    order();
    beep();
  });
  document.querySelector(".filters").addEventListener("input", order);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  rows.addEventListener("click", (event) => {
    if (!event.target.closest("a")) event.target.closest("tr")?.querySelector("a").click();
  });
  document.addEventListener("loanline:key", ({ detail }) => {
    const step = { j: 1, k: -1 }[detail.key];
    if (!step) return;
    const links = all().filter((row) => !row.hidden).map((row) => row.querySelector("a"));
    const place = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, place < 0 ? 0 : place + step))]?.focus();
  });
  order();
})();
