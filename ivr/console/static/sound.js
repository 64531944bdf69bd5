// Listen in, and speak after a take-over: mu-law frames over one WebSocket, played and recorded by audio worklets.
"use strict";
(() => {
  const $ = (name) => document.getElementById(name);
  const ladder = $("ladder");
  if (!ladder) return;
  let socket = null;
  let audio = null;
  let player = null;
  let microphone = null;

  const state = (name) => {
    $("ear").hidden = false;
    $("ear-state").textContent = $("ear-state").dataset[name];
  };

  async function listen() {
    if (socket) return;
    audio = new AudioContext();
    await audio.audioWorklet.addModule("/console/static/worklets.js");
    player = new AudioWorkletNode(audio, "call-player", { outputChannelCount: [2] });
    player.connect(audio.destination);
    volumes();
    const address = new URL(ladder.dataset.sound, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => state(microphone ? "speaking" : "on");
    socket.onmessage = (event) => player.port.postMessage({ frame: event.data });
    socket.onclose = (event) => stop(event.code === 1006 ? "refused" : "off");
  }

  async function speak() {
    await listen();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
      microphone = { stream, node: new AudioWorkletNode(audio, "call-microphone") };
      audio.createMediaStreamSource(stream).connect(microphone.node);
      microphone.node.port.onmessage = (event) => socket?.readyState === 1 && socket.send(event.data);
      state("speaking");
    } catch {
      state("mic");
    }
  }

  function hush() {
    for (const track of microphone?.stream.getTracks() ?? []) track.stop();
    microphone?.node.disconnect();
    microphone = null;
  }

  function stop(why = "off") {
    hush();
    const old = socket;
    socket = null;
    old?.close();
    audio?.close();
    audio = player = null;
    state(why);
  }

  function volumes() {
    const share = (name) => Number($(name).value) / 100;
    player?.port.postMessage({ caller: share("vol-caller"), line: share("vol-line") });
  }

  function mine(yes) {
    $("back-form")?.toggleAttribute("hidden", !yes);
    if ($("rung-over")) $("rung-over").open = false;
    $("rung-over")?.toggleAttribute("hidden", yes);
  }

  document.body.addEventListener("loanline:listen", listen);
  document.body.addEventListener("loanline:joined", () => {
    mine(true);
    speak();
  });
  document.body.addEventListener("loanline:by-phone", () => {
    mine(true);
    state("phoned");
  });
  document.body.addEventListener("loanline:left", () => {
    mine(false);
    stop();
  });
  for (const name of ["vol-caller", "vol-line"]) $(name).addEventListener("input", volumes);
  $("ear-stop").addEventListener("click", () => stop());
  document.addEventListener("loanline:key", ({ detail }) => {
    const rung = $({ l: "rung-listen", f: "rung-flag" }[detail.key]);
    if (!rung) return;
    detail.preventDefault();
    rung.open = true;
    rung.querySelector("select, input").focus();
  });
  if (ladder.dataset.mine !== undefined) mine(true);
})();
