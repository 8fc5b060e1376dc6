/**
 * `warren watch` as a person and as an intruder meet it: `npm run verify:watch`.
 *
 *   --minutes n   how long memory is watched, 10 by default
 *   --rounds n    runs with and without a page, 5 by default
 *   --only X      attempts, frames, slow, memory or pictures; without it all, and the page
 *                 docs/results/watch.md is written
 *
 * Needs Chromium. Prints a line for each figure; exit code 1 if one does not hold.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../../src/lab/figures/statistics.ts";
import { DESIGN_IDS } from "../../src/lab/talk/gophers/grid.ts";
import type { Choice } from "../../src/lab/watch/protocol.ts";
import { launch } from "../../test/lab/report/chromium.ts";
import { tryAll, type Attempt } from "./attempts.ts";
import { frames, memory, pictures, watchedMs, type Frames, type MemoryPoint } from "./browser.ts";

const PAGE = new URL("../../docs/results/watch.md", import.meta.url);
const ALONE = fileURLToPath(new URL("alone.ts", import.meta.url));
const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" }, rounds: { type: "string", default: "5" }, only: { type: "string" } } });
const isWanted = (part: string): boolean => values.only === undefined || values.only === part;

/** A run may take so much longer under the page. */
const MOST_SLOWER = 0.05;
/** So much of the memory may be added from the second minute to the last. */
const MOST_GROWTH = 0.1;
/** Fewer frames are seen as jerks. */
const LEAST_FRAMES = 59;

interface Slower {
  readonly choice: Choice;
  readonly aloneMs: number;
  readonly readMs: number;
  readonly pageMs: number;
}

const browser = await launch();
const wrong: string[] = [];
const hold = (isFine: boolean, line: string): void => {
  console.log(`${isFine ? "holds" : "WRONG"}  ${line}`);
  if (!isFine) wrong.push(line);
};

const attempts: readonly Attempt[] = isWanted("attempts") ? await tryAll() : [];
for (const { what, answer, isRefused } of attempts) hold(isRefused, `${what} → ${answer}`);

const counted: Frames | null = isWanted("frames") ? await frames(browser, 10) : null;
if (counted !== null) hold(counted.perSecond >= LEAST_FRAMES && counted.longTasks === 0, `sixteen gophers: ${counted.perSecond.toFixed(1)} frames a second over ${counted.seconds.toFixed(1)} s, longest pause ${counted.longestMs.toFixed(0)} ms, long tasks ${counted.longTasks}`);

const slower: Slower[] = [];
if (isWanted("slow")) {
  for (const [design, world, threads] of [["G11", "wait", 1], ["G6", "cpu", 1], ["G6", "cpu", 2], ["G7", "mixed", 2]] as const) {
    const choice: Choice = { program: "gophers", design, world, threads, carts: null };
    const times = { alone: [] as number[], read: [] as number[], page: [] as number[] };
    for (let round = 0; round < Number(values.rounds); round++) {
      times.alone.push(Number(execFileSync(process.execPath, [ALONE, JSON.stringify(choice)], { encoding: "utf8" })));
      times.read.push(await watchedMs(choice, null));
      times.page.push(await watchedMs(choice, browser));
    }
    const row = { choice, aloneMs: median(times.alone), readMs: median(times.read), pageMs: median(times.page) };
    slower.push(row);
    hold(row.pageMs / row.aloneMs - 1 <= MOST_SLOWER, `${design}, ${world}, ${threads} thread(s): ${row.aloneMs.toFixed(0)} ms alone, ${percent(row.readMs, row.aloneMs)} with its events read, ${percent(row.pageMs, row.aloneMs)} with the page in Chromium on the same cores`);
  }
}

const points: readonly MemoryPoint[] = isWanted("memory") ? await memory(browser, Number(values.minutes) * 60, 30) : [];
const [first, last] = [points.find(({ seconds }) => seconds > 60), points.at(-1)];
if (first !== undefined && last !== undefined) {
  for (const side of ["server", "page"] as const) hold(last[side] / first[side] - 1 <= MOST_GROWTH, `memory of the ${side}: ${first[side].toFixed(1)} MB after ${first.seconds.toFixed(0)} s, ${last[side].toFixed(1)} MB after ${last.seconds.toFixed(0)} s`);
}

const shots = isWanted("pictures") ? await pictures(browser) : [];
await browser.close();
if (values.only === undefined) writeFileSync(PAGE, pageOf());
process.exitCode = wrong.length === 0 ? 0 : 1;

function percent(ms: number, ofMs: number): string {
  const share = (ms / ofMs - 1) * 100;
  return `${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}

function pageOf(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: fileURLToPath(new URL(".", PAGE)), encoding: "utf8" }).trim();
  const { perSecond, seconds, longestMs, longTasks } = counted as Frames;
  return `# The live page, measured

Written by \`npm run verify:watch\` on ${new Date().toISOString().slice(0, 10)}, commit ${commit}: Node ${process.versions.node}, Chromium ${browser.version()}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}. Chromium draws without a graphics card here, and shares the cores with warren.

## Frames

${DESIGN_IDS.at(-1)}, sixteen gophers that wait: **${perSecond.toFixed(1)} frames a second** over ${seconds.toFixed(1)} s; the longest time between two frames was ${longestMs.toFixed(0)} ms; tasks of the page that took more than 50 ms: ${longTasks}.

## Slow-down of the run under the page

Medians of ${values.rounds} runs each, in turn. Alone: nothing is recorded and nobody looks on. Where as many threads compute as there are cores, Chromium takes its time from them.

| run | alone | its events are read | a page in Chromium |
| --- | ---: | ---: | ---: |
${slower.map(({ choice: { design, world, threads }, aloneMs, readMs, pageMs }) => `| ${design}, ${world}, ${threads} thread${threads === 1 ? "" : "s"} | ${(aloneMs / 1000).toFixed(2)} s | ${percent(readMs, aloneMs)} | ${percent(pageMs, aloneMs)} |`).join("\n")}

## Memory

One run of ${DESIGN_IDS.at(-1)} after the other for ${values.minutes} minutes. Page: the JavaScript heap after a collection.

| after | server, resident | page | nodes of the page |
| ---: | ---: | ---: | ---: |
${points.filter((_, k) => k % 4 === 1 || k === points.length - 1).map((point) => `| ${point.seconds.toFixed(0)} s | ${point.server.toFixed(0)} MB | ${point.page.toFixed(1)} MB | ${point.nodes} |`).join("\n")}

## Attempts to get in

| attempt | answer |
| --- | --- |
${attempts.map(({ what, answer }) => `| ${what} | ${answer} |`).join("\n")}

## Pictures

${shots.map((name) => `![${name}](watch/${name}.png)`).join("\n\n")}
`;
}
