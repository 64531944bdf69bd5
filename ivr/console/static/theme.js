// Runs before the first paint, so that a dark screen never flashes white.
"use strict";
(() => {
  const kept = localStorage.getItem("loanline.theme");
  if (kept) document.documentElement.dataset.theme = kept;
})();
