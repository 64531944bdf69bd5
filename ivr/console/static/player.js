// Plays pieces of evidence, and a whole record along its outline.
"use strict";
(() => {
  const $ = (name) => document.getElementById(name);
  let playing = null;
  let button = null;

  function still() {
    button?.setAttribute("aria-pressed", "false");
    playing?.pause();
    playing = button = null;
  }

  document.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-play]");
    if (wanted) {
      const again = wanted === button;
      still();
      if (again) return;
      button = wanted;
      button.setAttribute("aria-pressed", "true");
      playing = new Audio(wanted.dataset.play);
      playing.addEventListener("ended", still);
      playing.addEventListener("error", () => {
        $("player").textContent = $("player").dataset.failed;
        still();
      });
      playing.play().then(() => ($("player").textContent = $("player").dataset.playing), still);
    }
    const jump = event.target.closest("[data-jump]");
    if (jump) {
      $("sound").currentTime = Number(jump.dataset.jump);
      $("sound").play();
    }
  });

  const tracks = $("tracks");
  tracks?.addEventListener("click", (event) => {
    const box = tracks.getBoundingClientRect();
    $("sound").currentTime = ((event.clientX - box.left) / box.width) * Number(tracks.dataset.seconds);
    $("sound").play();
  });
  $("sound")?.addEventListener("timeupdate", () => {
    $("needle").setAttribute("x", (1000 * $("sound").currentTime) / Number(tracks.dataset.seconds));
  });
})();
