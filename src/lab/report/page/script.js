/**
 * What the page does where scripting is on: the choice of timelines, their zoom
 * and tooltips, and the download of the numbers. Everything is readable without.
 *
 * report.ts puts this text into the page; the element that holds it has the
 * constants of timeline/paths.ts as data. Geometry of the timelines:
 * timeline/section.ts. Tested in Chromium, test/lab/report/browser.test.ts.
 */
"use strict";
const { units, leastNumbered, mostArrows } = document.currentScript.dataset;
const result = JSON.parse(document.getElementById("warren-result").textContent);

const download = document.getElementById("download");
download.href = URL.createObjectURL(new Blob([JSON.stringify(result, null, 2)], { type: "application/json" }));
download.hidden = false;

// a link to a section that is folded away unfolds it
const unfold = () => {
  const details = document.getElementById(location.hash.slice(1))?.querySelector(":scope > details");
  if (details) details.open = true;
};
addEventListener("hashchange", unfold);
unfold();

const figures = new Map([...document.querySelectorAll(".timeline-figure")].map((figure) => [figure.dataset.cell, figure]));
const more = document.querySelector(".more-timelines");
const choices = document.querySelector(".choices");
if (choices) {
  choices.hidden = false;
  if (more) more.hidden = true;
  const selects = [...choices.querySelectorAll("select")];
  const slots = [...document.querySelectorAll(".slot")];
  for (const select of selects) {
    const slot = slots[Number(select.dataset.slot)];
    let shown = select.value;
    select.addEventListener("change", () => {
      const figure = figures.get(select.value);
      const other = selects.find((other) => other !== select && other.value === select.value);
      // the picture is in the other place already: the two change places
      if (other) {
        slots[Number(other.dataset.slot)].append(figures.get(shown));
        other.value = shown;
        other.dispatchEvent(new CustomEvent("moved"));
      } else {
        more.append(figures.get(shown));
      }
      slot.append(figure);
      shown = select.value;
    });
    select.addEventListener("moved", () => { shown = select.value; });
  }
}

const SVG = "http://www.w3.org/2000/svg";
// a tooltip: it repeats what the table under the picture adds up, so nothing is lost without a pointer
const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);

const time = (ns) => {
  const [scale, unit] = ns >= 0.9995e9 ? [1e9, "s"] : ns >= 0.9995e6 ? [1e6, "ms"] : ns >= 0.9995e3 ? [1e3, "µs"] : [1, "ns"];
  const value = ns / scale;
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2) + " " + unit;
};
const element = (name, attributes, text) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};

for (const figure of figures.values()) {
  const { timeline } = result.cells[Number(figure.dataset.cell)];
  const [left, inner, bottom] = ["left", "inner", "bottom"].map((name) => Number(figure.dataset[name]));
  const svg = figure.querySelector(".timeline");
  const lanes = [...svg.querySelectorAll("svg.time")];
  const taskLane = lanes.find((lane) => lane.dataset.kind === "tasks");
  const rows = JSON.parse(taskLane.dataset.rows);
  const rowOf = new Map(rows.map((task, row) => [task, row]));
  const full = timeline.durationNs;
  let [from, to] = [0, full];

  const xOf = (ns) => left + ((ns - from) / (to - from)) * inner;
  const nameOf = (task) => (rowOf.has(task) ? rowOf.get(task) + 1 + " " : "") + (timeline.tasks[task].name || "others");

  const draw = () => {
    for (const lane of lanes) {
      const height = lane.viewBox.baseVal.height;
      lane.setAttribute("viewBox", [(from / full) * units, 0, ((to - from) / full) * units, height].join(" "));
    }
    drawAxis();
    drawNumbers();
    drawArrows();
    figure.dataset.from = from;
    figure.dataset.to = to;
  };
  const drawAxis = () => {
    const axis = svg.querySelector(".axis");
    const least = (to - from) / 8;
    const power = 10 ** Math.floor(Math.log10(least));
    const step = ([1, 2, 5].find((factor) => factor * power >= least) || 10) * power;
    const digits = Math.max(0, -Math.floor(Math.log10(step / 1e6)));
    const marks = [];
    for (let ns = Math.ceil(from / step) * step; ns <= to; ns += step) {
      const x = xOf(ns).toFixed(1);
      marks.push(element("line", { x1: x, x2: x, y1: axis.dataset.top, y2: bottom + 5 }));
      marks.push(element("text", { x, y: bottom + 19 }, ns === 0 ? "0" : (ns / 1e6).toFixed(digits) + " ms"));
    }
    axis.replaceChildren(...marks);
  };
  const drawNumbers = () => {
    const group = svg.querySelector(".numbers");
    const marks = [];
    for (const [thread, task, start, end] of timeline.runs) {
      const [a, b] = [Math.max(start, from), Math.min(end, to)];
      if (!rowOf.has(task) || ((b - a) / (to - from)) * inner < leastNumbered) continue;
      const y = Number(group.dataset.top) + (thread + 0.5) * Number(group.dataset.pitch) + 4;
      marks.push(element("text", { x: xOf((a + b) / 2).toFixed(1), y }, rowOf.get(task) + 1));
    }
    group.replaceChildren(...marks);
  };
  const drawArrows = () => {
    const group = svg.querySelector(".arrows");
    const seen = timeline.handOffs.filter(([a, b, , at]) => a !== b && rowOf.has(a) && rowOf.has(b) && at >= from && at <= to);
    const y = (task) => Number(group.dataset.top) + (rowOf.get(task) + 0.5) * Number(group.dataset.pitch);
    group.replaceChildren(...(seen.length > mostArrows ? [] : seen).map(([a, b, , at]) => {
      const head = y(b) > y(a) ? -4 : 4;
      return element("path", { d: "M" + xOf(at).toFixed(1) + " " + y(a) + "V" + y(b) + "m-3 " + head + "l3 " + -head + "l3 " + head });
    }));
  };
  const show = (start, length) => {
    const width = Math.min(full, Math.max(full / 2000, length));
    from = Math.min(Math.max(0, start), full - width);
    to = from + width;
    draw();
  };
  const move = (steps) => show(from + (steps * (to - from)) / 5, to - from);
  const zoom = (factor, at) => show(at - (at - from) * factor, (to - from) * factor);
  const timeAt = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * (svg.viewBox.baseVal.width / box.width);
    return x < left || x > left + inner ? null : from + ((x - left) / inner) * (to - from);
  };

  const buttons = document.createElement("span");
  buttons.className = "zoom";
  const act = { "+": () => zoom(0.5, (from + to) / 2), "−": () => zoom(2, (from + to) / 2), "←": () => move(-1), "→": () => move(1), all: () => show(0, full) };
  const names = { "+": "zoom in", "−": "zoom out", "←": "earlier", "→": "later", all: "show all" };
  for (const [sign, run] of Object.entries(act)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = names[sign];
    button.setAttribute("aria-label", names[sign]);
    button.addEventListener("click", run);
    buttons.append(button);
  }
  figure.querySelector("figcaption").append(buttons);

  const pane = svg.parentElement;
  pane.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoomed = to - from < full;
    const run = { "+": act["+"], "=": act["+"], "-": act["−"], 0: act.all, ArrowLeft: zoomed && act["←"], ArrowRight: zoomed && act["→"] }[event.key];
    if (!run) return;
    run();
    event.preventDefault();
  });
  pane.addEventListener("wheel", (event) => {
    const at = timeAt(event);
    if (!event.ctrlKey || at === null) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, at);
  }, { passive: false });

  const described = (event) => {
    const at = timeAt(event);
    if (at === null) return null;
    const lane = lanes.find((lane) => {
      const box = lane.getBoundingClientRect();
      return event.clientY >= box.top && event.clientY < box.bottom;
    });
    if (lane === undefined) return null;
    const box = lane.getBoundingClientRect();
    const { kind, pitch } = lane.dataset;
    const height = lane.viewBox.baseVal.height;
    const row = Math.floor((((event.clientY - box.top) / box.height) * height) / Number(pitch));
    const span = (start, end) => time(start) + " to " + time(end) + " (" + time(end - start) + ")";
    // slices shorter than a pixel are found within two
    const near = ((to - from) / inner) * 2;
    const within = (start, end) => at >= start - near && at <= end + near;
    if (kind === "threads") {
      const run = timeline.runs.find(([thread, , start, end]) => thread === row && within(start, end));
      return "thread " + row + (run ? " runs " + nameOf(run[1]) + "\n" + span(run[2], run[3]) : ": no task, " + time(at));
    }
    if (kind === "tasks") {
      const task = rows[row];
      if (task === undefined) return null;
      const rest = timeline.rests.find(([of, start, end]) => of === task && at >= start && at <= end);
      const run = timeline.runs.find(([, of, start, end]) => of === task && (rest ? at >= start && at <= end : within(start, end)));
      if (run) return nameOf(task) + ": running on thread " + run[0] + "\n" + span(run[2], run[3]);
      if (!rest) return nameOf(task) + ": not started, or ended";
      return nameOf(task) + (rest[3] === "ready" ? ": ready" : ": waiting, " + rest[3]) + "\n" + span(rest[1], rest[2]);
    }
    const values = timeline[kind];
    const value = values[Math.min(values.length - 1, Math.floor((at / full) * values.length))];
    return kind + "(t) = " + value.toFixed(2) + " at " + time(at);
  };
  for (const kind of ["pointermove", "pointerdown"]) svg.addEventListener(kind, (event) => {
    const text = described(event);
    tip.hidden = text === null;
    if (text === null) return;
    tip.textContent = text;
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18) + "px";
  });
  svg.addEventListener("pointerleave", () => { tip.hidden = true; });
}
