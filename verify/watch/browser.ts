/** What a person sees, in Chromium: frame rate, slow-down of the run under the page, memory, and pictures. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Choice } from "../../src/lab/watch/protocol.ts";
import { command, follow, Watching } from "./command.ts";

const PICTURES = new URL("../../docs/results/watch/", import.meta.url);
const RUNS = fileURLToPath(new URL("runs.ts", import.meta.url));
const WIDE = { width: 1440, height: 900 };

/** Frames of the page while sixteen gophers work. */
export interface Frames {
  readonly seconds: number;
  readonly perSecond: number;
  /** The longest time between two frames, milliseconds. */
  readonly longestMs: number;
  /** Tasks of the page that took more than 50 ms. */
  readonly longTasks: number;
}

/** Opens the page; what it logs as an error ends the program. */
async function opened(browser: Browser, watching: Watching, options: BrowserContextOptions = { viewport: WIDE }): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(watching.url);
  return page;
}

/** Counts frames and long tasks for some seconds. */
export async function frames(browser: Browser, seconds: number): Promise<Frames> {
  await using watching = await Watching.open("--designs", "G11", "--world", "wait");
  const page = await opened(browser, watching);
  // Until the gophers move, and V8 has compiled the page.
  await page.waitForTimeout(4000);
  const counted = (await page.evaluate(`new Promise((resolve) => {
    const times = [];
    let longTasks = 0;
    new PerformanceObserver((list) => { longTasks += list.getEntries().length; }).observe({ type: "longtask" });
    const frame = (ms) => {
      times.push(ms);
      if (ms - times[0] < ${seconds * 1000}) requestAnimationFrame(frame);
      else setTimeout(() => resolve({ times, longTasks }), 100);
    };
    requestAnimationFrame(frame);
  })`)) as { times: number[]; longTasks: number };
  await page.context().close();
  const { times, longTasks } = counted;
  const ms = (times.at(-1) as number) - (times[0] as number);
  return { seconds: ms / 1000, perSecond: ((times.length - 1) * 1000) / ms, longestMs: Math.max(...times.slice(1).map((time, k) => time - (times[k] as number))), longTasks };
}

/** What a run takes, milliseconds, by round. */
export interface Times {
  readonly alone: number[];
  readonly read: number[];
  readonly page: number[];
}

/** A run alone, with its events read, and with a page of Chromium that looks on, in turn (runs.ts). */
export async function timesOf(browser: Browser, choice: Choice, rounds: number): Promise<Times> {
  const child = spawn(process.execPath, ["--disable-warning=WARREN_STUCK_TASK", RUNS, JSON.stringify(choice)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async (): Promise<string> => ((await lines.next()) as IteratorYieldResult<string>).value;
  const run = async (form: keyof Times): Promise<number> => {
    child.stdin.write(`${form}\n`);
    return Number(await said());
  };
  const times: Times = { alone: [], read: [], page: [] };
  const url = await said();
  for (let round = 0; round < rounds; round++) {
    times.alone.push(await run("alone"));
    times.read.push(await run("read"));
    const context = await browser.newContext({ viewport: WIDE });
    const page = await context.newPage();
    await page.goto(url);
    // A person looks at the page before a run begins.
    await page.waitForTimeout(1500);
    times.page.push(await run("page"));
    await context.close();
  }
  child.stdin.end();
  await once(child, "exit");
  return times;
}

/** Memory on both sides, megabytes. */
export interface MemoryPoint {
  readonly seconds: number;
  readonly server: number;
  readonly page: number;
  readonly nodes: number;
}

/** Watches runs one after the other, and looks at the memory of both sides. */
export async function memory(browser: Browser, seconds: number, everySeconds: number): Promise<MemoryPoint[]> {
  await using watching = await Watching.open("--designs", "G11", "--world", "wait");
  const page = await opened(browser, watching);
  const session = await page.context().newCDPSession(page);
  const choice: Choice = { program: "gophers", design: "G11", world: "wait", threads: 1, carts: null };
  const points: MemoryPoint[] = [];
  const beganMs = performance.now();
  const ended = AbortSignal.timeout(seconds * 1000);
  const running = again(watching, choice, ended);
  while (!ended.aborted) {
    await page.waitForTimeout(everySeconds * 1000);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const { nodes } = await session.send("Memory.getDOMCounters");
    points.push({ seconds: (performance.now() - beganMs) / 1000, server: residentMb(watching.process.pid as number), page: usedSize / 1e6, nodes });
  }
  await running;
  await page.context().close();
  return points;
}

/** Starts the next run when one has ended, until the signal. */
async function again(watching: Watching, choice: Choice, ended: AbortSignal): Promise<void> {
  await follow(watching, (message) => {
    if (message.kind === "end" && !ended.aborted) void command(watching, { do: "start", choice });
    return ended.aborted;
  });
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000;
}

/** What is on a picture, and how it is taken. */
interface Shot {
  readonly name: string;
  readonly options: readonly string[];
  readonly context: BrowserContextOptions;
  /** After so many milliseconds. */
  readonly afterMs: number;
}

const SHOTS: readonly Shot[] = [
  { name: "gophers-light", options: ["--designs", "G6", "--world", "wait"], context: { viewport: WIDE, colorScheme: "light" }, afterMs: 4000 },
  { name: "gophers-dark", options: ["--designs", "G11", "--world", "cpu"], context: { viewport: WIDE, colorScheme: "dark" }, afterMs: 6000 },
  { name: "gophers-390", options: ["--designs", "G6", "--world", "mixed"], context: { viewport: { width: 390, height: 844 }, colorScheme: "light" }, afterMs: 5000 },
  { name: "gophers-present", options: ["--designs", "G7", "--world", "wait", "--present"], context: { viewport: { width: 1920, height: 1080 }, colorScheme: "light" }, afterMs: 5000 },
  { name: "balance", options: ["balance"], context: { viewport: WIDE, colorScheme: "light" }, afterMs: 9000 },
  { name: "replicas", options: ["replicas"], context: { viewport: WIDE, colorScheme: "light" }, afterMs: 5000 },
  { name: "sieve", options: ["sieve"], context: { viewport: WIDE, colorScheme: "light" }, afterMs: 9000 },
  { name: "predicted", options: ["--designs", "G7", "--world", "cpu", "--threads", "8"], context: { viewport: WIDE, colorScheme: "light" }, afterMs: 20_000 },
];

/** Takes the pictures; their names. */
export async function pictures(browser: Browser): Promise<string[]> {
  mkdirSync(PICTURES, { recursive: true });
  for (const { name, options, context, afterMs } of SHOTS) {
    await using watching = await Watching.open(...options);
    const page = await opened(browser, watching, context);
    await page.waitForTimeout(afterMs);
    await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, PICTURES)), fullPage: true });
    await page.context().close();
  }
  return SHOTS.map(({ name }) => name);
}
