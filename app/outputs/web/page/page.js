// Shows the JSON messages of the WebSocket (docs/outputs.md). Times are in stream time.
"use strict";

const HOLD_S = 2;         // a gesture stays on the picture this long
const WINDOW_S = 30;      // time span of the timeline
const SMOOTH_S = 0.2;     // bars follow the probabilities with this time constant
const BARS = 5;
const N_LISTED = 100;   // gestures in the list
const RECENT = 100;       // number of steps in the latency
const SILENCE_MS = 3000;  // time without a step after which a status is shown
const IDLE_LABELS = new Set(["No gesture", "Doing other things"]);

const $ = (id) => document.getElementById(id);
const stream = { labels: [], smoothed: [], steps: [], spent: {}, gestures: [], nowS: 0, receivedAt: 0, over: false };

// Receiving

let wait = 500;

function connect() {
  const url = new URL("events?steps&history", location);  // relative to this page, because a proxy may serve it under a path
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.onopen = () => {
    wait = 500;
    showStatus("waiting", "Waiting for pictures");
    $("video").src = `video?${Date.now()}`;
  };
  socket.onmessage = ({ data }) => receive(JSON.parse(data));
  socket.onclose = () => {
    if (!stream.over) showStatus("warning", "Connection lost, trying again");
    setTimeout(connect, wait);
    wait = Math.min(2 * wait, 5000);
  };
}

function receive(message) {
  if (message.v !== 1) return;
  ({ header: begin, step: take, gesture: note, summary: end })[message.type]?.(message);
}

function begin({ labels, model, engine }) {
  Object.assign(stream, { labels, smoothed: labels.map(() => 0), steps: [], gestures: [], nowS: 0, over: false });
  $("model").textContent = model;
  $("engine").textContent = engine.replace("ExecutionProvider", "").replace(":", " · ");
  listGestures();
  draw();
}

function take(step) {
  // The duration is summed over the networks that stepped at the same time; the curve shows the deciding one.
  if (stream.spent.timeS !== step.time_s) stream.spent = { timeS: step.time_s, ms: 0 };
  stream.spent.ms += step.step_ms;
  if (stream.steps.at(-1)?.timeS === step.time_s) stream.steps.at(-1).ms = stream.spent.ms;
  if (!step.decides) return;
  const passedS = Math.max(0, step.time_s - stream.nowS);
  if (step.time_s < stream.nowS) stream.steps = [];  // the stream started again
  const share = stream.steps.length ? 1 - Math.exp(-passedS / SMOOTH_S) : 1;
  stream.smoothed = stream.smoothed.map((old, k) => old + share * (step.probs[k] - old));
  const likely = Math.max(...stream.smoothed.filter((_, k) => !IDLE_LABELS.has(stream.labels[k])));
  stream.steps.push({ timeS: step.time_s, frame: step.frame, ms: stream.spent.ms, likely });
  while (stream.steps[0].timeS < step.time_s - WINDOW_S) stream.steps.shift();
  stream.nowS = step.time_s;
  stream.receivedAt = performance.now();
  showStatus("live", "Live");
  draw();
}

function note(gesture) {
  stream.gestures.unshift(gesture);
  stream.gestures.length = Math.min(stream.gestures.length, N_LISTED);
  stream.nowS = Math.max(stream.nowS, gesture.fired_s);
  listGestures();
  draw();
}

function end() {
  stream.over = true;
  showStatus("ended", "The stream has ended");
}

// Showing

let due = false;

function draw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawCaption();
    drawBars();
    drawAges();
    drawReadings();
    drawTimeline();
  });
}

function showStatus(tone, text) {
  const status = $("status");
  if (status.dataset.tone === tone && status.lastChild.textContent === text) return;
  status.dataset.tone = tone;
  status.lastChild.textContent = text;
}

function drawCaption() {
  const [newest] = stream.gestures, caption = $("caption");
  const shown = newest !== undefined && stream.nowS - newest.fired_s < HOLD_S;
  caption.classList.toggle("shown", shown);
  if (!shown || caption.dataset.frame === String(newest.frame)) return;
  caption.dataset.frame = newest.frame;
  caption.children[0].textContent = newest.label;
  caption.children[1].textContent = percent(newest.score);
}

function drawBars() {
  const ranked = stream.labels.map((label, k) => ({ label, value: stream.smoothed[k] }));
  ranked.sort((a, b) => Math.round(100 * b.value) - Math.round(100 * a.value));
  [...$("bars").children].forEach((row, k) => {
    const { label = "", value = 0 } = ranked[k] ?? {};
    row.className = IDLE_LABELS.has(label) ? "" : "gesture";
    row.querySelector(".label").textContent = label;
    row.querySelector(".value").textContent = label && percent(value);
    row.querySelector(".fill").style.transform = `scaleX(${value.toFixed(3)})`;
  });
}

function listGestures() {
  $("past").replaceChildren(...stream.gestures.map((gesture) => {
    const row = document.createElement("li");
    row.append(element("b", gesture.label), element("span", percent(gesture.score)), element("span", ""));
    return row;
  }));
}

function drawAges() {
  [...$("past").children].forEach((row, k) => {
    row.lastChild.textContent = ago(stream.nowS - stream.gestures[k].fired_s);
  });
}

function drawReadings() {
  const { steps } = stream, ms = steps.slice(-RECENT).map((step) => step.ms).sort((a, b) => a - b);
  const rank = (share) => ms.length ? ms[Math.min(ms.length - 1, Math.floor(share * ms.length))].toFixed(1) : "–";
  $("p50").textContent = rank(0.5);
  $("p95").textContent = rank(0.95);
  const recent = steps.filter((step) => step.timeS > stream.nowS - 2);
  const first = recent[0], last = recent.at(-1), s = recent.length > 1 ? last.timeS - first.timeS : 0;
  $("steps").textContent = s > 0 ? ((recent.length - 1) / s).toFixed(1) : "–";
  $("camera").textContent = s > 0 ? ((last.frame - first.frame) / s).toFixed(1) : "–";
}

function drawTimeline() {
  const canvas = $("timeline"), { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio, pen = canvas.getContext("2d"), colour = getComputedStyle(canvas);
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  pen.scale(scale, scale);
  pen.font = `13px ${colour.fontFamily}`;
  const [ink, quiet, line, accent] = ["ink", "quiet", "line", "accent"].map((c) => colour.getPropertyValue(`--${c}`));
  const top = 40, bottom = height - 20;
  const x = (timeS) => width * (1 - (stream.nowS - timeS) / WINDOW_S), y = (value) => bottom - value * (bottom - top);

  pen.fillStyle = quiet;
  pen.strokeStyle = line;
  for (let agoS = 0; agoS <= WINDOW_S; agoS += 5) {
    const at = Math.min(width - 0.5, Math.max(0.5, x(stream.nowS - agoS)));
    stroke(pen, [[at, top], [at, bottom]]);
    pen.textAlign = agoS === 0 ? "right" : agoS === WINDOW_S ? "left" : "center";
    pen.fillText(agoS === 0 ? "now" : `${agoS} s`, at, height - 4);
  }

  const curve = stream.steps.map((step) => [x(step.timeS), y(step.likely)]);
  if (curve.length > 1) {
    pen.fillStyle = accent;
    pen.globalAlpha = 0.16;
    pen.beginPath();
    pen.moveTo(curve[0][0], bottom);
    curve.forEach((point) => pen.lineTo(...point));
    pen.lineTo(curve.at(-1)[0], bottom);
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = accent;
    pen.lineWidth = 1.6;
    stroke(pen, curve);
  }

  const free = [width, width];  // in each of two rows, names are written from the right as far as there is room
  for (const gesture of stream.gestures) {
    const at = Math.min(x(gesture.fired_s), width - 4);
    if (at < 4) break;
    pen.strokeStyle = pen.fillStyle = accent;
    pen.lineWidth = 2;
    stroke(pen, [[at, top - 4], [at, bottom]]);
    pen.beginPath();
    pen.arc(at, top - 4, 4, 0, 7);
    pen.fill();
    const wide = pen.measureText(gesture.label).width;
    const left = Math.min(Math.max(0, at - wide / 2), width - wide), row = free.findIndex((end) => left + wide <= end);
    if (row < 0) continue;
    free[row] = left - 12;
    pen.fillStyle = ink;
    pen.textAlign = "left";
    pen.fillText(gesture.label, left, row ? 12 : 28);
  }
}

function stroke(pen, points) {
  pen.beginPath();
  points.forEach(([x, y]) => pen.lineTo(x, y));
  pen.stroke();
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function bar() {
  const row = document.createElement("li"), words = document.createElement("p"), track = document.createElement("div");
  words.append(element("span", ""), element("span", ""));
  words.children[0].className = "label";
  words.children[1].className = "value";
  track.className = "track";
  track.append(document.createElement("div"));
  track.firstChild.className = "fill";
  row.append(words, track);
  return row;
}

const percent = (value) => `${Math.round(100 * value)} %`;

function ago(seconds) {
  if (seconds < 1) return "now";
  return seconds < 60 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;
}

function mirror(on) {
  $("stage").classList.toggle("mirrored", on);
  $("mirror").setAttribute("aria-pressed", on);
}

// Start

const address = new URL(location);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");  // it is in the cookie now; keep it out of the history
  history.replaceState(null, "", address);
}
$("bars").append(...Array.from({ length: BARS }, bar));
mirror($("stage").classList.contains("mirrored"));
$("mirror").onclick = () => mirror(!$("stage").classList.contains("mirrored"));
$("video").onload = ({ target }) => {
  document.querySelector("main").style.setProperty("--aspect", target.naturalWidth / target.naturalHeight);
};
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
setInterval(() => {
  const live = $("status").dataset.tone === "live";
  if (live && performance.now() - stream.receivedAt > SILENCE_MS) showStatus("waiting", "No new pictures");
}, 1000);
connect();
