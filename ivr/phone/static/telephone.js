// A carrier's call in the browser: webhooks, TwiML, one Media Streams WebSocket. The server only signs what this says.

const hex = (count) => Array.from(crypto.getRandomValues(new Uint8Array(count / 2)), (b) => b.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const base64 = (data) => btoa(String.fromCharCode(...data));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const MOST_STEPS = 30;

export class Telephone extends EventTarget {
  // node: the worklet; number: E.164 or empty when withheld.
  constructor(node, number, attestation) {
    super();
    this.node = node;
    this.number = number || "+266696687";
    this.attestation = attestation;
    this.sid = "CA" + hex(32);
    this.over = false;
    this.keys = [];
    node.port.onmessage = ({ data }) => this.fromSound(data);
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  async call() {
    try {
      let steps = await this.post("/voice/incoming", "ringing");
      for (let count = 0; steps.length && !this.over && count < MOST_STEPS; count++) {
        const next = await this.perform(steps.shift());
        if (next === null) break;
        if (next) steps = next;
      }
    } finally {
      this.over = true;
      await this.post("/voice/status", "completed").catch(() => {});
      this.tell("over", {});
    }
  }

  async post(path, status, more = {}) {
    const params = { CallSid: this.sid, CallStatus: status, From: this.number, Caller: this.number, To: "+18005550199", Called: "+18005550199", ...more };
    if (this.attestation) params.StirVerstat = `TN-Validation-Passed-${this.attestation}`;
    const answer = await fetch("/phone/webhook", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ path, params }) });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const text = await answer.text();
    return text ? [...new DOMParser().parseFromString(text, "text/xml").documentElement.children] : [];
  }

  // The next steps, undefined to go on with these, or null when the call is over.
  async perform(step) {
    const words = step.textContent.trim().replace(/\s+/g, " ");
    switch (step.tagName) {
      case "Connect": {
        await this.stream(step.querySelector("Stream"));
        if (this.over) return null;
        const action = step.getAttribute("action");
        return action ? this.post(action, "in-progress") : undefined;
      }
      case "Redirect":
        return this.post(words, "in-progress");
      case "Say":
        this.tell("said", { words });
        await sleep(Math.min(6000, 60 * words.length));
        return undefined;
      case "Pause":
        await sleep(1000 * Number(step.getAttribute("length") || 1));
        return undefined;
      case "Gather":
        return this.gather(step);
      case "Dial":
      case "Enqueue":
        this.tell("person", {});
        return null;
      default:
        return null; // Hangup, Reject
    }
  }

  async gather(step) {
    for (const say of step.querySelectorAll("Say")) this.tell("said", { words: say.textContent.trim() });
    const most = Number(step.getAttribute("numDigits") || 99);
    const end = step.getAttribute("finishOnKey") ?? "#";
    this.keys = [];
    for (let waited = 0; waited < 30000 && !this.over; waited += 100) {
      await sleep(100);
      if (this.keys.includes(end) || this.keys.length >= most) break;
    }
    const digits = this.keys.filter((key) => key !== end).join("");
    const action = step.getAttribute("action");
    return digits && action ? this.post(action, "in-progress", { Digits: digits }) : undefined;
  }

  stream(verb) {
    const given = Object.fromEntries([...verb.querySelectorAll("Parameter")].map((p) => [p.getAttribute("name"), p.getAttribute("value")]));
    this.streamSid = "MZ" + hex(32);
    this.sequence = this.chunk = 0;
    this.socket = new WebSocket(`${location.origin.replace("http", "ws")}/phone/media`);
    return new Promise((done) => {
      this.socket.onopen = () => {
        this.socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
        this.send("start", { accountSid: "AC" + "0".repeat(32), streamSid: this.streamSid, callSid: this.sid, tracks: ["inbound"], mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 }, customParameters: given });
        this.tell("connected", {});
      };
      this.socket.onmessage = ({ data }) => this.fromLine(JSON.parse(data));
      this.socket.onclose = () => {
        this.node.port.postMessage({ clear: true });
        this.socket = null;
        done();
      };
    });
  }

  send(event, content) {
    if (this.socket?.readyState !== 1) return;
    this.sequence += 1;
    this.socket.send(JSON.stringify({ event, sequenceNumber: String(this.sequence), streamSid: this.streamSid, [event]: content }));
  }

  fromLine(message) {
    if (message.event === "media") this.node.port.postMessage({ play: bytes(message.media.payload) });
    else if (message.event === "mark") this.node.port.postMessage({ mark: message.mark.name });
    else if (message.event === "clear") this.node.port.postMessage({ clear: true });
  }

  fromSound(data) {
    if (data.mark !== undefined) {
      this.send("mark", { name: data.mark });
      this.tell("prompt", { id: data.mark.replace(/:\d+$/, "") });
      return;
    }
    this.tell("levels", data);
    this.chunk += 1;
    this.send("media", { track: "inbound", chunk: String(this.chunk), timestamp: String((this.chunk - 1) * 20), payload: base64(data.frame) });
  }

  press(digit) {
    this.keys.push(digit);
    this.tell("key", { digit });
    this.send("dtmf", { track: "inbound_track", digit });
  }

  say(sound) {
    this.node.port.postMessage({ voice: bytes(sound) });
  }

  hangUp() {
    this.over = true;
    this.send("stop", { accountSid: "AC" + "0".repeat(32), callSid: this.sid });
    this.socket?.close();
  }
}
