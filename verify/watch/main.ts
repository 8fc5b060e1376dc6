/**
 * `warren watch` as a person and as an intruder meet it: `npm run verify:watch`.
 *
 *   --minutes n   how long memory is watched, 10 by default
 *   --rounds n    runs with and without a page, 5 by default
 *   --only X      attempts, frames, slow, memory or pictures
 *
 * Figures are kept in artifacts/watch/figures.json; when all are there, the page
 * docs/results/watch.md is written.
 *
 * Needs Chromium. Prints a line for each figure; exit code 1 if one does not hold.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../../src/lab/figures/statistics.ts";
import type { Choice } from "../../src/lab/watch/protocol.ts";
import { launch } from "../../test/lab/report/chromium.ts";
import { tryAll, type Attempt } from "./attempts.ts";
import { frames, memory, pictures, timesOf, type Frames, type MemoryPoint } from "./browser.ts";

const PAGE = new URL("../../docs/results/watch.md", import.meta.url);
const KEPT = new URL("../../artifacts/watch/figures.json", import.meta.url);
const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" }, rounds: { type: "string", default: "5" }, only: { type: "string" } } });
const isWanted = (part: string): boolean => values.only === undefined || values.only === part;

/** A run may take so much longer under the page. */
const MOST_SLOWER = 0.05;
/** So much may the most memory of the second half be above that of the first. */
const MOST_GROWTH = 0.1;
/** Runs that are compared. */
const RUNS = [["G11", "wait", 1], ["G6", "cpu", 2], ["G7", "mixed", 2]] as const;
/** Fewer frames are seen as jerks. */
const LEAST_FRAMES = 59;

interface Slower {
  readonly choice: Choice;
  readonly aloneMs: number;
  readonly readMs: number;
  readonly pageMs: number;
}

/** What was measured, by part, and when. */
interface Figures {
  readonly attempts: readonly Attempt[];
  readonly frames: Frames;
  readonly slower: readonly Slower[];
  readonly rounds: number;
  readonly memory: readonly MemoryPoint[];
  readonly pictures: readonly string[];
  /** Date, commit, and what it ran on, of the last part. */
  readonly where: string;
}

const browser = await launch();
const wrong: string[] = [];
const hold = (isFine: boolean, line: string): void => {
  console.log(`${isFine ? "holds" : "WRONG"}  ${line}`);
  if (!isFine) wrong.push(line);
};

const found: { -readonly [Part in keyof Figures]?: Figures[Part] } = existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, "utf8")) as Partial<Figures>) : {};
if (isWanted("attempts")) {
  found.attempts = await tryAll();
  for (const { what, answer, isRefused } of found.attempts) hold(isRefused, `${what} → ${answer}`);
}
if (isWanted("frames")) {
  const { perSecond, seconds, longestMs, longTasks } = (found.frames = await frames(browser, 10));
  hold(perSecond >= LEAST_FRAMES && longTasks === 0, `sixteen gophers: ${perSecond.toFixed(1)} frames a second over ${seconds.toFixed(1)} s, longest pause ${longestMs.toFixed(0)} ms, long tasks ${longTasks}`);
}
if (isWanted("slow")) {
  found.rounds = Number(values.rounds);
  found.slower = await Array.fromAsync(RUNS, (run) => slowerOf(run));
}
if (isWanted("memory")) {
  found.memory = await memory(browser, Number(values.minutes) * 60, 30);
  const points = found.memory;
  const half = Math.floor(points.length / 2);
  for (const side of ["server", "page"] as const) {
    const [before, after] = [points.slice(0, half), points.slice(half)].map((part) => Math.max(...part.map((point) => point[side]))) as [number, number];
    hold(after / before - 1 <= MOST_GROWTH, `memory of the ${side}: at most ${before.toFixed(1)} MB in the first half, at most ${after.toFixed(1)} MB in the second`);
  }
}
if (isWanted("pictures")) found.pictures = await pictures(browser);
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: fileURLToPath(new URL(".", PAGE)), encoding: "utf8" }).trim();
found.where = `${new Date().toISOString().slice(0, 10)}, commit ${commit}: Node ${process.versions.node}, Chromium ${browser.version()}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}`;
await browser.close();
mkdirSync(new URL(".", KEPT), { recursive: true });
writeFileSync(KEPT, JSON.stringify(found, null, 1));
if (isWhole(found)) writeFileSync(PAGE, pageOf(found));
process.exitCode = wrong.length === 0 ? 0 : 1;

function isWhole(figures: Partial<Figures>): figures is Figures {
  return (["attempts", "frames", "slower", "memory", "pictures"] as const).every((part) => figures[part] !== undefined);
}

/** Runs alone, with its events read, and with a page, in turn. */
async function slowerOf([design, world, threads]: (typeof RUNS)[number]): Promise<Slower> {
  const choice: Choice = { program: "gophers", design, world, threads, carts: null };
  const times = await timesOf(browser, choice, Number(values.rounds));
  const row = { choice, aloneMs: median(times.alone), readMs: median(times.read), pageMs: median(times.page) };
  hold(row.pageMs / row.aloneMs - 1 <= MOST_SLOWER, `${design}, ${world}, ${threads} thread(s): ${row.aloneMs.toFixed(0)} ms alone, ${percent(row.readMs, row.aloneMs)} with its events read, ${percent(row.pageMs, row.aloneMs)} with a page in Chromium on the same cores`);
  return row;
}

function percent(ms: number, ofMs: number): string {
  const share = (ms / ofMs - 1) * 100;
  return `${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}

function pageOf({ attempts, frames: { perSecond, seconds, longestMs, longTasks }, slower, rounds, memory: points, pictures: shots, where }: Figures): string {
  return `# The live page, measured

Written by \`npm run verify:watch\` on ${where}. Chromium draws without a graphics card here, and shares the cores with warren.

## Frames

G11, sixteen gophers that wait: **${perSecond.toFixed(1)} frames a second** over ${seconds.toFixed(1)} s. The longest time between two frames was ${longestMs.toFixed(0)} ms. Tasks of the page that took more than 50 ms: ${longTasks}.

## Slow-down of the run under the page

Medians of ${rounds} runs each, in turn, in one process. Alone, nothing is recorded and nobody looks on. While a run computes on every core, the page draws few pictures a second, because each of them takes time from the run. Such runs differ by up to 10 % among themselves on this machine, which is not ours alone, so a single row of them says little.

| run | alone | its events are read | a page in Chromium |
| --- | ---: | ---: | ---: |
${slower.map(({ choice: { design, world, threads }, aloneMs, readMs, pageMs }) => `| ${design}, ${world}, ${threads} thread${threads === 1 ? "" : "s"} | ${(aloneMs / 1000).toFixed(2)} s | ${percent(readMs, aloneMs)} | ${percent(pageMs, aloneMs)} |`).join("\n")}

## Memory

One run of G11 after the other. The memory of the server rises until V8 collects. Page: the JavaScript heap after a collection.

| after | server, resident | page | nodes of the page |
| ---: | ---: | ---: | ---: |
${points.map((point) => `| ${point.seconds.toFixed(0)} s | ${point.server.toFixed(0)} MB | ${point.page.toFixed(1)} MB | ${point.nodes} |`).join("\n")}

## Attempts to get in

| attempt | answer |
| --- | --- |
${attempts.map(({ what, answer }) => `| ${what} | ${answer} |`).join("\n")}

## Pictures

${shots.map((name) => `![${name}](watch/${name}.png)`).join("\n\n")}
`;
}
