// The page around the telephone: who calls, the keys, what happens, the text messages that came.
import { Telephone } from "/phone/static/telephone.js";
import { StandIn } from "/phone/static/stand-in.js";

const $ = (name) => document.getElementById(name);
const LETTERS = { 2: "abc", 3: "def", 4: "ghi", 5: "jkl", 6: "mno", 7: "pqrs", 8: "tuv", 9: "wxyz" };
const PROMPTS = { menu: "welcomes and tells what it can do", consent: "asks whether it may record", full_name: "asks for the name", national_id_last4: "asks for the last four digits", date_of_birth: "asks for the birth date", phone: "asks for a number", monthly_income: "asks for the income", employment: "asks how it is earned", monthly_debt: "asks for other debts", amount: "asks for the amount", term_months: "asks for the months", purpose: "asks for the purpose", summary: "reads everything back", code: "asks for the code", offer: "tells the offer and its price", goodbye: "says goodbye", handover: "hands over to a person", staff: "tells that a person comes or goes", resume: "asks whether to go on", line: "says that it did not understand" };
let telephone = null;
let audio = null;
let began = 0;

function note(words, who = "") {
  const line = document.createElement("li");
  const time = document.createElement("time");
  const seconds = Math.max(0, Math.round((performance.now() - began) / 1000));
  time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const text = document.createElement("span");
  text.textContent = words;
  text.className = who;
  line.append(time, text);
  $("log").append(line);
  $("log-box").scrollTop = $("log-box").scrollHeight;
}

const state = (words) => ($("state").textContent = words);

async function texts(number) {
  if (!number) return [];
  const answer = await fetch(`/sandbox/sms?to=${encodeURIComponent(number)}`);
  return answer.ok ? answer.json() : [];
}

async function showTexts(number, since) {
  for (const message of (await texts(number)).slice(since)) {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = message.at.slice(11, 16);
    const text = document.createElement("span");
    text.textContent = message.text;
    line.append(time, text);
    $("texts").append(line);
    since += 1;
  }
  return since;
}

async function microphone(node) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: false } });
    audio.createMediaStreamSource(stream).connect(node);
    return stream;
  } catch {
    note("No microphone: use the keys, or a ready-made caller.");
    return null;
  }
}

async function call() {
  $("call").disabled = true;
  $("log").replaceChildren();
  began = performance.now();
  state("Ringing…");
  audio = new AudioContext();
  await audio.audioWorklet.addModule("/phone/static/worklet.js");
  const node = new AudioWorkletNode(audio, "telephone", { numberOfInputs: 1, outputChannelCount: [1] });
  node.connect(audio.destination);
  const name = $("caller").value;
  const ready = name ? await (await fetch(`/phone/callers/${encodeURIComponent(name)}`)).json() : null;
  const number = ready ? ready.number : $("number").value.trim();
  const inbox = ready ? ready.texts_to : number;
  let seen = (await texts(inbox)).length;
  const before = seen;
  const stream = ready ? null : await microphone(node);
  telephone = new Telephone(node, number, ready?.attestation ?? "A");
  document.body.dataset.call = telephone.sid;
  telephone.addEventListener("connected", () => state(ready ? `${ready.title} is on the line` : "You are on the line. Just speak."));
  telephone.addEventListener("prompt", ({ detail }) => {
    const [step] = detail.id.split(".");
    note(`The line ${PROMPTS[step] ?? `says “${detail.id}”`}.`);
  });
  telephone.addEventListener("said", ({ detail }) => note(detail.words));
  telephone.addEventListener("key", ({ detail }) => note(`Key ${detail.digit}`, "you"));
  telephone.addEventListener("person", () => note("A person would take the call now."));
  telephone.addEventListener("levels", ({ detail }) => {
    $("level-out").value = detail.said;
    $("level-in").value = detail.heard;
  });
  if (ready) {
    const code = async () => /(?<!\d)\d{4,8}(?!\d)/.exec((await texts(inbox)).slice(before).at(-1)?.text ?? "")?.[0];
    new StandIn(ready, telephone, code, (words) => note(words, "you"));
  }
  $("hang").disabled = false;
  const polling = setInterval(async () => (seen = await showTexts(inbox, seen)), 1500);
  try {
    await telephone.call();
    state("The call is over.");
  } catch (error) {
    state(error.message);
  } finally {
    clearInterval(polling);
    await showTexts(inbox, seen);
    for (const track of stream?.getTracks() ?? []) track.stop();
    await audio.close();
    telephone = null;
    $("call").disabled = false;
    $("hang").disabled = true;
  }
}

function press(digit) {
  telephone?.press(digit);
}

for (const digit of "123456789*0#") {
  const key = document.createElement("button");
  const letters = document.createElement("small");
  key.type = "button";
  key.dataset.key = digit;
  letters.textContent = LETTERS[digit] ?? "";
  key.append(digit, letters);
  key.addEventListener("click", () => press(digit));
  $("keys").append(key);
}
document.addEventListener("keydown", (event) => {
  if (!event.target.closest("input, select") && /^[0-9*#]$/.test(event.key)) press(event.key);
});
$("call").addEventListener("click", call);
$("hang").addEventListener("click", () => telephone?.hangUp());
$("caller").addEventListener("change", () => ($("number").disabled = Boolean($("caller").value)));
for (const caller of await (await fetch("/phone/callers")).json()) {
  const option = document.createElement("option");
  option.value = caller.name;
  option.textContent = caller.title;
  $("caller").append(option);
}
