// Runs in the audio thread: mu-law (ITU-T G.711) to samples and back, 8 kHz to the device's rate and back.
"use strict";

const DECODED = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return ((bits & 0x80 ? 0x84 - size : size - 0x84) / 32768);
});

function encode(sample) {
  let size = Math.round(Math.max(-1, Math.min(1, sample)) * 32635);
  const sign = size < 0 ? 0x80 : 0;
  size = Math.abs(size) + 0x84;
  let part = 7;
  for (let mask = 0x4000; part > 0 && !(size & mask); mask >>= 1) part -= 1;
  return ~(sign | (part << 4) | ((size >> (part + 3)) & 0x0f)) & 0xff;
}

// Plays frames of 20 ms: the first half of each is the left side, the second the right one; both are mixed to both
// ears with their volumes. A quarter of a second is kept ahead; more than a second of backlog is dropped.
class CallPlayer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frames = [];
    this.place = 0;
    this.playing = false;
    this.caller = 1;
    this.line = 0.7;
    this.port.onmessage = ({ data }) => {
      if (data.frame) this.frames.push(new Uint8Array(data.frame));
      if (data.clear) this.frames.length = 0;
      if (data.caller !== undefined) this.caller = data.caller;
      if (data.line !== undefined) this.line = data.line;
      if (this.frames.length > 50) this.frames.splice(0, this.frames.length - 12);
    };
  }

  sample(index) {
    const frame = this.frames[Math.floor(index / 160)];
    if (!frame) return [0, 0];
    const at = index % 160;
    return [DECODED[frame[at]] * this.caller, DECODED[frame[160 + at]] * this.line];
  }

  process(_inputs, [[left, right]]) {
    if (!this.playing && this.frames.length < 12) return true;
    this.playing = true;
    const step = 8000 / sampleRate;
    for (let n = 0; n < left.length; n++) {
      const whole = Math.floor(this.place);
      const part = this.place - whole;
      const [a, b] = [this.sample(whole), this.sample(whole + 1)];
      const caller = a[0] + (b[0] - a[0]) * part;
      const line = a[1] + (b[1] - a[1]) * part;
      left[n] = caller + 0.6 * line;
      right[n] = 0.6 * caller + line;
      this.place += step;
    }
    const used = Math.floor(this.place / 160);
    this.frames.splice(0, used);
    this.place -= used * 160;
    if (!this.frames.length) {
      this.playing = false;
      this.place = 0;
    }
    return true;
  }
}

// The microphone at 8 kHz: samples between two steps are averaged, which is filter enough for a telephone.
class CallMicrophone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.sum = 0;
    this.count = 0;
    this.due = 0;
    this.frame = new Uint8Array(160);
    this.filled = 0;
  }

  process([[input]]) {
    const step = sampleRate / 8000;
    for (const sample of input ?? []) {
      this.sum += sample;
      this.count += 1;
      this.due += 1;
      if (this.due < step) continue;
      this.due -= step;
      this.frame[this.filled++] = encode(this.sum / this.count);
      this.sum = this.count = 0;
      if (this.filled === 160) {
        this.port.postMessage(this.frame.slice().buffer);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("call-player", CallPlayer);
registerProcessor("call-microphone", CallMicrophone);
