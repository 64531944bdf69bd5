// The sound of a telephone, in the audio thread: plays the line's mu-law and its marks, and sends 20 ms frames of the
// microphone or of a ready-made voice. Its clock is the sound card's.
"use strict";

const DECODED = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return (bits & 0x80 ? 0x84 - size : size - 0x84) / 32768;
});

function encode(sample) {
  let size = Math.round(Math.max(-1, Math.min(1, sample)) * 32635);
  const sign = size < 0 ? 0x80 : 0;
  size = Math.abs(size) + 0x84;
  let part = 7;
  for (let mask = 0x4000; part > 0 && !(size & mask); mask >>= 1) part -= 1;
  return ~(sign | (part << 4) | ((size >> (part + 3)) & 0x0f)) & 0xff;
}

class Telephone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = []; // pieces of sound and names of marks, in order
    this.at = 0; // place in the first piece, in samples at 8 kHz
    this.voice = []; // sounds of a ready-made caller
    this.voiceAt = 0;
    this.sum = this.count = this.due = this.filled = 0;
    this.frame = new Uint8Array(160);
    this.loud = 0;
    this.port.onmessage = ({ data }) => {
      if (data.play) this.queue.push(data.play);
      if (data.mark !== undefined) this.queue.push(data.mark);
      if (data.clear) this.clear();
      if (data.voice) this.voice.push(data.voice);
    };
  }

  clear() {
    const marks = this.queue.filter((item) => typeof item === "string");
    this.queue = [];
    this.at = 0;
    for (const mark of marks) this.port.postMessage({ mark });
  }

  heard() {
    while (typeof this.queue[0] === "string") this.port.postMessage({ mark: this.queue.shift() });
    const piece = this.queue[0];
    if (!piece) return 0;
    const sample = DECODED[piece[Math.floor(this.at)]];
    this.at += 8000 / sampleRate;
    if (this.at >= piece.length) {
      this.queue.shift();
      this.at = 0;
      while (typeof this.queue[0] === "string") this.port.postMessage({ mark: this.queue.shift() });
    }
    return sample;
  }

  said(sample) {
    this.sum += sample;
    this.count += 1;
    this.due += 1;
    if (this.due < sampleRate / 8000) return;
    this.due -= sampleRate / 8000;
    const voice = this.voice[0];
    let code = encode(this.sum / this.count);
    if (voice) {
      code = voice[this.voiceAt++];
      if (this.voiceAt >= voice.length) {
        this.voice.shift();
        this.voiceAt = 0;
      }
    }
    this.sum = this.count = 0;
    this.frame[this.filled++] = code;
    if (this.filled < 160) return;
    const level = Math.max(...Array.from(this.frame, (each) => Math.abs(DECODED[each])));
    this.port.postMessage({ frame: this.frame.slice(), said: level, heard: this.loud });
    this.filled = this.loud = 0;
  }

  process([[input]], [[output]]) {
    for (let n = 0; n < output.length; n++) {
      output[n] = this.heard();
      this.loud = Math.max(this.loud, Math.abs(output[n]));
      this.said(input ? input[n] : 0);
    }
    return true;
  }
}

registerProcessor("telephone", Telephone);
