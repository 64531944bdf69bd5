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

  // Rows move only as far as they must, at most once a second, and the one with the focus stays focused.
  function order() {
    const focused = rows.contains(document.activeElement) ? document.activeElement : null;
    const sorted = all().sort(
      (a, b) => b.dataset.score - a.dataset.score || a.dataset.began - b.dataset.began || (a.id < b.id ? -1 : 1)
    );
    let place = rows.firstElementChild;
    for (const row of sorted) {
      if (row === place) place = place.nextElementSibling;
      else rows.insertBefore(row, place);
    }
    if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
    let live = 0;
    let none = true;
    for (const row of sorted) {
      const hide = !shown(row);
      if (row.hidden !== hide) row.hidden = hide;
      none &&= hide;
      live += !row.classList.contains("over");
    }
    if ($("count").textContent !== String(live)) $("count").textContent = live;
    $("none").hidden = !none;
  }
  let ordered = 0;
  let later = 0;
  function reorder() {
    clearTimeout(later);
    const wait = ordered + 1000 - performance.now();
    if (wait > 0 && rows.childElementCount > 1) later = setTimeout(reorder, wait);
    else {
      ordered = performance.now();
      order();
    }
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
    reorder();
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
