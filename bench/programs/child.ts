/**
 * One run of one program in one form, in a process of its own:
 * `node bench/programs/child.ts`, with its order as JSON on standard input.
 * Prints its result and times as one line of JSON. Each form is imported only where it
 * is used, because what a form loads is part of its start.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Input, State } from "./work.ts";

export interface Order {
  readonly program: string;
  readonly form: "plain" | "warren" | "piscina" | "workers";
  readonly threads: number;
  readonly input: Input;
}

export interface Run {
  /** The result, as text. */
  readonly result: string;
  /** From when everything was ready to when the result was there. */
  readonly workMs: number;
  /** CPU time of the whole process, all threads. */
  readonly cpuMs: number;
}

const order = JSON.parse(readFileSync(0, "utf8")) as Order;
const { program, form, threads, input } = order;
let beganMs = 0;

async function plain(): Promise<string> {
  if (program.startsWith("pipeline")) {
    const { plainPipeline } = await import("./pipeline.ts");
    beganMs = performance.now();
    return `${await plainPipeline(input.size)}`;
  }
  const { WORK, emptyState, text } = await import("./work.ts");
  const work = WORK[program];
  if (work === undefined) throw new Error(`no program is called ${program}`);
  const state = emptyState();
  const parts = work.parts(input);
  beganMs = performance.now();
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < parts) {
      const waiting = work.part(state, input, next++);
      if (waiting !== undefined) await waiting;
    }
  };
  await Promise.all(Array.from({ length: work.overlap ?? 1 }, line));
  return text(state);
}

async function warren(): Promise<string> {
  const { start } = await import("../../src/index.ts");
  await using rt = await start({ threads });
  // Like the pool and the Workers, a thread is ready when it has loaded the program.
  const loaded = (load: () => Promise<void>): Promise<unknown> => Promise.all(Array.from({ length: threads }, (_, k) => rt.spawn.on(k)(load)));
  if (program.startsWith("pipeline")) {
    const { pipeline, load } = await import("./pipeline.ts");
    await loaded(load);
    beganMs = performance.now();
    return `${await rt.spawn.on(0)(pipeline, program, input.size, threads)}`;
  }
  const [{ whole, load }, { text }] = await Promise.all([import("./warren.ts"), import("./work.ts")]);
  await loaded(load);
  beganMs = performance.now();
  return text(await rt.spawn(whole, program, input, threads));
}

async function rest(): Promise<string> {
  const [{ WORK, emptyState, merge, text }, { moduleBeside }] = await Promise.all([import("./work.ts"), import("../rivals/program.ts")]);
  const state = emptyState();
  const parts = WORK[program]?.parts(input) ?? 0;
  if (form === "piscina") {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({ filename: moduleBeside(import.meta.url, "./piscina-worker").href, minThreads: threads, maxThreads: threads });
    if (pool.threads.length < threads) throw new Error("the pool has too few threads");
    // A thread of the pool says first that it has loaded the file.
    await Promise.all(pool.threads.map((one) => once(one, "message")));
    beganMs = performance.now();
    // One task for each part, as its users do; only what the part needs is sent.
    const states = await Promise.all(Array.from({ length: parts }, (_, part) => pool.run(orderOf(part, part + 1)) as Promise<State>));
    for (const its of states) merge(state, its);
    await pool.destroy();
    return text(state);
  }
  const { Worker } = await import("node:worker_threads");
  const workers = Array.from({ length: threads }, () => new Worker(moduleBeside(import.meta.url, "./bare-worker")));
  await Promise.all(workers.map((one) => once(one, "message")));
  beganMs = performance.now();
  const states = workers.map((one, k) => {
    one.postMessage(orderOf(Math.floor((k * parts) / threads), Math.floor(((k + 1) * parts) / threads)));
    return once(one, "message") as Promise<[State]>;
  });
  for (const [its] of await Promise.all(states)) merge(state, its);
  return text(state);

  /** Some parts, with the part of the input that they need. */
  function orderOf(first: number, end: number): { program: string; input: Input; first: number; end: number } {
    const { size, files, offsets } = input;
    if (files.length === 0) return { program, input, first, end };
    const own = offsets.length > 0 ? { size, files, offsets: offsets.slice(first, end + 1) } : { size, files: files.slice(first, end), offsets };
    return { program, input: own, first: 0, end: end - first };
  }
}

const result = await (form === "plain" ? plain() : form === "warren" ? warren() : rest());
const workMs = performance.now() - beganMs;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(JSON.stringify({ result, workMs, cpuMs: (userCPUTime + systemCPUTime) / 1000 } satisfies Run));
