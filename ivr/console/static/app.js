// What every page of the console needs: theme, clocks that run, revealed fields that vanish, keys, signs of life.
"use strict";
(() => {
  const $ = (name) => document.getElementById(name);

  // Theme.
  $("theme")?.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("loanline.theme", root.dataset.theme);
    document.dispatchEvent(new Event("loanline:theme"));
  });

  // Another language, on the same page.
  $("tongue")?.addEventListener("submit", () => {
    const goal = $("tongue").querySelector("[name=next]");
    if (!goal.value) goal.value = location.pathname;
  });

  // Clocks: the server gives an age in seconds; it grows from the moment it came.
  const since = new WeakMap();
  const two = (n) => String(n).padStart(2, "0");
  function tick() {
    const now = performance.now();
    for (const clock of document.querySelectorAll("[data-clock]")) {
      if (!since.has(clock)) since.set(clock, now - 1000 * Number(clock.dataset.clock));
      const seconds = Math.floor((now - since.get(clock)) / 1000);
      const text = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
      if (clock.textContent !== text) clock.textContent = text;
    }
    for (const field of document.querySelectorAll("[data-expires]")) {
      if (!since.has(field)) since.set(field, now);
      if (now - since.get(field) > 1000 * Number(field.dataset.expires)) {
        field.textContent = field.dataset.mask;
        field.removeAttribute("data-expires");
        field.classList.remove("revealed");
      }
    }
  }
  tick();
  setInterval(tick, 250);
  document.addEventListener("loanline:patched", tick);

  // Somebody at the screen keeps the session; a page that updates itself does not.
  let told = Date.now();
  function alive() {
    if (Date.now() - told < 60000 || !document.querySelector("#help")) return;
    told = Date.now();
    fetch("/console/alive", { method: "POST" }).catch(() => {});
  }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, alive, { passive: true });

  // Keys. Single letters can be switched off (WCAG 2.1.4).
  const box = $("keys-on");
  if (box) {
    box.checked = localStorage.getItem("loanline.keys") !== "off";
    box.addEventListener("change", () => localStorage.setItem("loanline.keys", box.checked ? "on" : "off"));
    $("help-open").addEventListener("click", () => $("help").showModal());
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open], [contenteditable]");
    if (!box?.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const done = { "?": () => $("help").showModal(), "/": () => $("f-text")?.focus(), p: () => $("pause")?.click() }[event.key];
    if (done) {
      event.preventDefault();
      done();
    } else {
      document.dispatchEvent(new CustomEvent("loanline:key", { detail: event }));
    }
  });

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.parentElement.remove();
  });
})();
