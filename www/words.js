// Say a word: the last second of the microphone, of a file or of a stranger's voice goes into the network, which says what it heard.
import { byId, html } from "./dom.js";
import { listScores, openNetwork, problem, showScores, showTime } from "./network.js";

const WORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"];
const LABELS = [...WORDS, "something else"];
/** Voices that it never heard, as the bucket has them. */
const STRANGERS = ["f4", "m6", "robert"];
/** How often it is asked while the microphone is on, and how far a file's seconds are apart, in seconds. */
const EVERY = 0.1;
/** What counts as heard at the microphone, and how long it stays on the page, in milliseconds. */
const [SURE, STAYS] = [0.7, 1200];

const [listen, wave] = [byId("listen"), byId("wave").getContext("2d")];
let model;
/** What is heard at the microphone, if it is on. */
let microphone;
let heardAt = 0;

/** Hears one sound of a second, or less. */
function hear(sound) {
  const ranked = model.classify(sound, { top: LABELS.length });
  byId("answer").classList.remove("stale");
  showScores(LABELS, ranked);
  return ranked;
}

/** Draws samples as a wave. */
function draw(samples) {
  const { width, height } = wave.canvas;
  wave.clearRect(0, 0, width, height);
  wave.fillStyle = getComputedStyle(wave.canvas).color;
  const step = samples.length / width;
  for (let x = 0; x < width; x++) {
    let loudest = 0;
    for (let i = Math.floor(x * step); i < (x + 1) * step; i++) loudest = Math.max(loudest, Math.abs(samples[i] ?? 0));
    const tall = Math.max(1, loudest * height);
    wave.fillRect(x, (height - tall) / 2, 1, tall);
  }
}

/** A recording: of all its seconds the one in which a word is heard most clearly. */
function hearRecording(buffer) {
  const { length, sampleRate, numberOfChannels } = buffer;
  const samples = new Float32Array(length);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    buffer.getChannelData(channel).forEach((x, i) => (samples[i] += x / numberOfChannels));
  }
  const second = (start) => ({ samples: samples.subarray(start, start + sampleRate), sampleRate });
  let best = { score: -1 };
  for (let start = 0; start === 0 || start + sampleRate <= length; start += Math.round(EVERY * sampleRate)) {
    const [{ label, score }] = model.classify(second(start), { top: 1 });
    if (WORDS.includes(label) && score > best.score) best = { start, score };
  }
  const sound = second(best.start ?? 0);
  draw(sound.samples);
  hear(sound);
  showTime(() => model.classify(sound));
}

async function openRecording(bytes, context) {
  problem();
  try {
    const buffer = await context.decodeAudioData(bytes);
    hearRecording(buffer);
    return buffer;
  } catch (error) {
    problem(`This sound could not be decoded: ${error.message}`);
    return undefined;
  }
}

/** A stranger says a word, loudly. */
async function say(word) {
  const [{ value: stranger }] = document.querySelectorAll("input[name=stranger]:checked");
  const response = await fetch(`bucket/words/${stranger}/${word}.wav`);
  const context = new AudioContext();
  const buffer = await openRecording(await response.arrayBuffer(), context);
  if (buffer === undefined) return;
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.addEventListener("ended", () => context.close());
  source.start();
}

/** The microphone: its last second is asked about again and again. */
async function start() {
  problem();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    const context = new AudioContext();
    await context.audioWorklet.addModule("microphone.js");
    const node = new AudioWorkletNode(context, "last-second", { numberOfOutputs: 0, processorOptions: { every: EVERY } });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node);
    node.port.onmessage = ({ data: samples }) => listenTo({ samples, sampleRate: context.sampleRate });
    microphone = { stream, context };
  } catch (error) {
    problem(`The microphone cannot be heard: ${error.message}`);
  }
  showListening();
}

function stop() {
  microphone.stream.getTracks().forEach((track) => track.stop());
  microphone.context.close();
  microphone = undefined;
  showListening();
}

function showListening() {
  listen.setAttribute("aria-pressed", String(microphone !== undefined));
  listen.textContent = microphone ? "Stop listening" : "Listen to the microphone";
}

/** What was heard stays for a moment: while a word goes by, it is cut off in most of the seconds. */
function listenTo(sound) {
  draw(sound.samples);
  const ranked = model.classify(sound, { top: LABELS.length });
  const isWord = WORDS.includes(ranked[0].label) && ranked[0].score >= SURE;
  if (!isWord && performance.now() - heardAt < STAYS) return;
  if (isWord) {
    heardAt = performance.now();
    showTime(() => model.classify(sound));
  }
  byId("answer").classList.toggle("stale", !isWord);
  showScores(LABELS, ranked);
}

listen.addEventListener("click", () => (microphone ? stop() : start()));
byId("choose").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (file) await openRecording(await file.arrayBuffer(), new OfflineAudioContext(1, 1, model.schema.inputs[0].audio.sampleRate));
  target.value = "";
});

byId("strangers").append(
  ...STRANGERS.map((name, i) => html("label", {}, html("input", { type: "radio", name: "stranger", value: name, checked: i === 0 }), ` ${name} `)),
);
byId("words").append(...WORDS.map((word) => html("button", { type: "button", class: "quiet", disabled: true, value: word }, word)));
byId("words").addEventListener("click", ({ target }) => target.value && say(target.value));
listScores(LABELS);
model = await openNetwork("words");
for (const button of byId("words").children) button.disabled = model === undefined;
