// Draw a digit: strokes become a picture as the network's training had them, and the network says what it reads.
import { byId, oncePerFrame } from "./dom.js";
import { listScores, openNetwork, showScores, showTime } from "./network.js";

/** The side of the picture that the network is shown; it makes 8 × 8 pixels of it. */
const SIDE = 64;
/** How wide a stroke is there, and how wide a digit may be: as those that it learned from. */
const [PEN, WIDEST] = [11, 54];
const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

const paper = byId("paper");
const [ink, picture, seen] = [paper, new OffscreenCanvas(SIDE, SIDE), byId("seen")].map((canvas) =>
  canvas.getContext("2d", { willReadFrequently: true }),
);
/** What was drawn: lists of points, in parts of the paper. */
let strokes = [];
let model;

const draw = oncePerFrame(() => {
  paint();
  read();
});

paper.addEventListener("pointerdown", (event) => {
  paper.setPointerCapture(event.pointerId);
  strokes.push([point(event)]);
  draw();
});
paper.addEventListener("pointermove", (event) => {
  if (!paper.hasPointerCapture(event.pointerId)) return;
  // A fast hand is between two frames in many places.
  const events = event.getCoalescedEvents?.() ?? [];
  strokes.at(-1).push(...(events.length > 0 ? events : [event]).map(point));
  draw();
});
byId("clear").addEventListener("click", () => {
  strokes = [];
  draw();
});
byId("theme").addEventListener("click", draw);

function point({ clientX, clientY }) {
  const { left, top, width, height } = paper.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}

/** The strokes as they were drawn. */
function paint() {
  const { width, height } = paper;
  ink.clearRect(0, 0, width, height);
  trace(ink, getComputedStyle(paper).color, width / 16, ({ x, y }) => [x * width, y * height]);
}

function trace(context, colour, width, place) {
  Object.assign(context, { strokeStyle: colour, lineWidth: width, lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...place(stroke[0]));
    // A point alone is a dot.
    for (const each of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(...place(each));
    context.stroke();
  }
}

/** The digit as the training had them: as high as the picture, in its middle, white on black. */
function show() {
  const points = strokes.flat();
  const [left, right] = [Math.min, Math.max].map((of) => of(...points.map(({ x }) => x)));
  const [top, bottom] = [Math.min, Math.max].map((of) => of(...points.map(({ y }) => y)));
  const scale = Math.min((SIDE - PEN) / Math.max(bottom - top, 0.1), (WIDEST - PEN) / Math.max(right - left, 0.1));
  const middle = ({ x, y }) => [SIDE / 2 + (x - (left + right) / 2) * scale, SIDE / 2 + (y - (top + bottom) / 2) * scale];
  picture.fillStyle = "black";
  picture.fillRect(0, 0, SIDE, SIDE);
  trace(picture, "white", PEN, middle);
  showSmall(picture.getImageData(0, 0, SIDE, SIDE).data);
}

/** The mean of each block of pixels: what the network's own preprocessing makes of them. */
function showSmall(data) {
  const block = SIDE / 8;
  const means = new Float64Array(8 * 8);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    means[Math.floor(pixel / SIDE / block) * 8 + Math.floor((pixel % SIDE) / block)] += data[4 * pixel] / block ** 2;
  }
  const bytes = Uint8ClampedArray.from({ length: 4 * means.length }, (_, i) => (i % 4 === 3 ? 255 : means[i >> 2]));
  seen.putImageData(new ImageData(bytes, 8, 8), 0, 0);
}

function read() {
  byId("answer").classList.toggle("stale", strokes.length === 0);
  if (strokes.length === 0) seen.clearRect(0, 0, 8, 8);
  else show();
  const isRead = model && strokes.length > 0;
  showScores(DIGITS, isRead ? model.classify(picture.canvas, { top: 10 }) : []);
  if (!isRead) return;
  const pixels = picture.getImageData(0, 0, SIDE, SIDE);
  showTime(() => model.classify(pixels));
}

listScores(DIGITS);
model = await openNetwork("digits");
draw();
