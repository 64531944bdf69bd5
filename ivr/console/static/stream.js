// One stream of updates a tab. Every piece of HTML has an id: one that is there is replaced, another goes into its
// data-into. After a cut the stream goes on behind the last id; nothing is lost and nothing comes twice.
"use strict";
(() => {
  const home = document.querySelector("[data-stream]");
  if (!home) return;
  const link = document.getElementById("link");
  const pause = document.getElementById("pause");
  let last = home.dataset.after;
  let source = null;
  let retry = 0;

  function say(state) {
    if (!link) return;
    link.textContent = link.dataset[state];
    link.dataset.state = state;
  }

  // Its attributes only: the cells of a row come by themselves.
  function retag(element) {
    const row = document.getElementById(element.id);
    if (!row) return;
    for (const { name, value } of element.attributes) {
      if (name !== "data-row" && row.getAttribute(name) !== value) row.setAttribute(name, value);
    }
  }

  function place(element) {
    if (element.dataset.gone !== undefined) {
      document.getElementById(element.id)?.remove();
      return;
    }
    if (element.dataset.row !== undefined) {
      retag(element);
      return;
    }
    const there = document.getElementById(element.id);
    const into = element.dataset.into ? document.querySelector(element.dataset.into) : there?.parentElement;
    const focused = there?.contains(document.activeElement) ? document.activeElement.id : "";
    if (there?.querySelector("details[open]")) return; // somebody is filling in a form in it
    if (there && there.parentElement === into) there.replaceWith(element);
    else {
      there?.remove();
      const order = element.dataset.order;
      const next = order && [...into.children].find((other) => Number(other.dataset.order) > Number(order));
      if (next) next.before(element);
      else into?.append(element);
    }
    if (element.querySelector("[hx-post]")) htmx.process(element);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  // Pieces wait under their tag and id, so that of several versions only the newest is drawn; a frame takes as many
  // as fit into a few milliseconds and leaves the rest to the next.
  const SPARE_MS = 6;
  const waiting = new Map();
  let due = false;
  const soon = () => {
    due = true;
    if (document.hidden) setTimeout(apply, 100);
    else requestAnimationFrame(apply);
  };

  function take(data) {
    // Each part is parsed by itself: a table row after a list item would not be one any more.
    for (const html of data.split("<!--part-->")) {
      const name = /<(\w+) id="([^"]+)"/.exec(html);
      const key = html.includes("data-fill=") ? "fill" : `${name?.[1]} ${name?.[2]}`;
      if (key === "fill") waiting.clear();
      waiting.delete(key);
      waiting.set(key, html);
    }
    if (!due) soon();
  }

  function apply() {
    const begun = performance.now();
    for (const [key, html] of waiting) {
      waiting.delete(key);
      const template = document.createElement("template");
      template.innerHTML = html;
      for (const element of [...template.content.children]) {
        if (element.dataset.fill) document.querySelector(element.dataset.fill).replaceChildren(element.content);
        else place(element);
      }
      if (performance.now() - begun > SPARE_MS) break;
    }
    due = false;
    if (waiting.size) soon();
    else document.dispatchEvent(new Event("loanline:patched"));
  }

  function open() {
    source = new EventSource(`${home.dataset.stream}?after=${encodeURIComponent(last)}`);
    source.addEventListener("open", () => {
      retry = 0;
      say("on");
    });
    source.addEventListener("patch", (event) => {
      last = event.lastEventId || last;
      take(event.data);
    });
    source.addEventListener("reload", () => location.reload());
    source.addEventListener("over", () => location.assign("/console/sign-in"));
    source.addEventListener("error", () => {
      say("off");
      if (source.readyState !== EventSource.CLOSED) return;
      retry = Math.min(retry + 1, 6);
      setTimeout(() => pause?.getAttribute("aria-pressed") !== "true" && open(), 500 * 2 ** retry);
    });
  }

  pause?.addEventListener("click", () => {
    const held = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", String(held));
    if (held) {
      source.close();
      say("held");
    } else open();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
})();
