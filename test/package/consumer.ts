/**
 * A project that uses the packed package: its files, as text, so that the
 * checkout's own type check does not look for the package that it is.
 */

/** Starts tasks on two threads, talks through a channel, selects, multiplies vectors; prints one line of JSON. */
export const PROGRAM = `
import { after, chan, dot, i32, run, select, shared, spawn, task, type Chan, type SharedArray } from "warren";
import { threadId } from "node:worker_threads";

const double = task(import.meta, async function double(from: Chan<number>, to: Chan<number>): Promise<number> {
  for await (const value of from) await to.send(2 * value);
  to.close();
  return threadId;
});

const main = task(import.meta, async function main(count: number): Promise<object> {
  const [questions, answers] = [chan(i32), chan(i32, 4)];
  const ended = spawn(double, questions, answers);
  let sum = 0;
  for (let value = 0; value < count; value++) {
    await questions.send(value);
    const got = await select({ answers, late: after(10_000) });
    if (got.case !== "answers") throw new Error("no answer in 10 s");
    sum += got.value ?? 0;
  }
  questions.close();
  const vector: SharedArray<"f64"> = shared.float64(100_000);
  vector.array.fill(2);
  return { sum, dot: await dot(vector, vector), otherThread: (await ended) !== threadId };
});

if (import.meta.main) console.log(JSON.stringify(await run(main, { threads: 2, args: [100] })));
`;

/** What the program prints. */
export const PRINTED = { sum: 9900, dot: 400_000, otherThread: true };

/** A module of tasks for which `isolatedDeclarations` needs no type twice, and which needs the types of nothing but the language. */
export const TASKS = `
import { type Chan, type Context, type ContextKey, Counter, contextKey, named, task } from "warren";

export async function halve(n: number): Promise<number> {
  return n / 2;
}
task(import.meta, halve);

export const total = async (amounts: Chan<{ account: string; amount: number }>, ctx: Context): Promise<number> => {
  let sum = 0;
  for await (const { amount } of amounts) sum += amount;
  hits().add(1);
  return ctx.cancelled ? 0 : sum;
};
task(import.meta, "total", total);

export const hits: () => Counter = named("hits", () => new Counter());
export const userId: ContextKey<string> = contextKey("user-id");
`;

/** Uses these tasks, and whatever in warren's declarations could need the types of Node or a newer library; fails if a result is wrong. */
export const PLAIN = `
import { Mutex, after, chan, f64, isMain, select, shared, sleep, spawn, start, struct, utf8, withValue } from "warren";
import { halve, hits, total, userId } from "./tasks.ts";

if (isMain(import.meta)) {
  await using rt = await start({ threads: 1, argv: [], env: { PORT: "80" }, resourceLimits: { stackSizeMb: 4 } });
  using ctx = withValue(undefined, userId, "u1");
  await sleep(1, { signal: ctx.signal });
  const transfers = chan(struct({ account: utf8, amount: f64 }), 4);
  const sum = spawn(total, transfers, ctx);
  await transfers.send({ account: "a", amount: 3 });
  transfers.close();
  const half = await spawn(halve, await sum);
  using mutex = new Mutex();
  {
    using guard = await mutex.lock({ signal: ctx.signal });
    if (guard.ownerDied) throw new Error("it has no owner");
  }
  const got = await select({ transfers, late: after(60_000) }, { signal: ctx.signal });
  const none: number | undefined = got.case === "transfers" ? got.value?.amount : 0;
  using vector = shared.float64(2);
  const results: (number | undefined)[] = [half, hits().value, vector.array.length, rt.threads];
  if (results.join() !== "1.5,1,2,1" || none !== undefined || ctx.signal.aborted) throw new Error(results.join());
}
`;

/** A compiler configuration that skips nothing. Without `typeRoots`, only the libraries are there. */
export function tsconfig({ file, lib, typeRoots, more = { noEmit: true } }: { file: string; lib: readonly string[]; typeRoots?: string | undefined; more?: object | undefined }): string {
  return JSON.stringify({
    compilerOptions: {
      target: "es2022", module: "nodenext", lib, ...(typeRoots === undefined ? { types: [] } : { types: ["node"], typeRoots: [typeRoots] }),
      strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, erasableSyntaxOnly: true, allowImportingTsExtensions: true, ...more,
    },
    files: [file],
  });
}

/** A program that ends with an error of a task. */
export const FAILS = `
import { isMain, run, spawn, task } from "warren";

export const bad = task(import.meta, "bad", async (of: { foo: { bar: number } }) => of.foo.bar);
export const main = task(import.meta, "main", async () => spawn(bad, {} as never));

if (isMain(import.meta)) await run(main, { threads: 2 });
`;

/** What a program would gain, by the entry for the lab. */
export const FORESEEN = `
import { isMain, spawn, start, task } from "warren";
import { predict, type Foreseen } from "warren/lab";

export const part = task(import.meta, "part", async (steps: number) => {
  let x = 1;
  for (let k = 0; k < steps; k++) x = (Math.imul(x, 1_103_515_245) + 12_345) | 0;
  return x;
});
export const whole = task(import.meta, "whole", async () => (await Promise.all([spawn(part, 100_000), spawn(part, 100_000)])).length);

if (isMain(import.meta)) {
  await using rt = await start({ threads: 1 });
  await rt.spawn(whole);
  const tracing = await rt.trace();
  await rt.spawn(whole);
  const foreseen: Foreseen = predict([await tracing.stop()], { processors: [1, 2] });
  console.log(JSON.stringify([foreseen.tasks, foreseen.predictions.map(({ processors }) => processors)]));
}
`;

/** Prints the names of two threads. */
export const NAMED = `
import { isMain, start, task } from "warren";
import { threadName } from "node:worker_threads";

export const nameHere = task(import.meta, "nameHere", async () => threadName);

if (isMain(import.meta)) {
  await using rt = await start({ threads: 2, name: "images" });
  console.log(JSON.stringify([await rt.spawn.on(0)(nameHere), await rt.spawn.on(1)(nameHere)]));
}
`;

/** Uses warren/net as far as it can without a server, or with one whose address is the first argument; prints one line of JSON. */
export const NET = `
import { i32, isMain, start, struct, task, utf8, type WarrenError } from "warren";
import { join, traceparent, type Delivery, type Net, type NodeReport, type Queue, type ServeOptions } from "warren/net";

// For a compiler that has the types of the language alone.
declare const console: { log(text: string): void };

export const double = task(import.meta, "double", async (value: number): Promise<number> => 2 * value);

async function use(net: Net): Promise<(number | string)[]> {
  const jobs: Queue<{ word: string; n: number }> = await net.queue("jobs", struct({ word: utf8, n: i32 }), { leaseMs: 5000, tries: 3, dead: false });
  await jobs.send({ word: "a", n: 1 }, { id: "first" });
  await using inbox = await jobs.deliveries({ credit: 1 });
  const delivery: Delivery<{ word: string; n: number }> | undefined = await inbox.recv();
  if (delivery === undefined || delivery.signal.aborted) throw new Error("no delivery");
  await delivery.ack();
  const limits: ServeOptions = { limit: 2 };
  await using serving = await net.serve([double], limits);
  const twice: number = await net.spawn.with({ timeoutMs: 5000 })(double, 21);
  await serving.stop();
  const feed = net.feed("prices", utf8);
  await using prices = await feed.receive({ credit: 4 });
  feed.publish("1.50");
  const nodes: NodeReport[] = await net.nodes();
  return [delivery.value.word, delivery.attempt, twice, (await prices.recv()) ?? "", prices.missed, nodes.length, typeof traceparent];
}

if (isMain(import.meta)) {
  await using rt = await start({ threads: 1, name: "net" });
  try {
    await using net = await join(rt, { name: "consumer", servers: SERVERS });
    console.log(JSON.stringify(await use(net)));
  } catch (error) {
    const { code, message, details } = error as WarrenError;
    console.log(JSON.stringify({ code, message, details }));
  }
}
`;

/** Prints the files that a program loads which imports warren and runs a task. */
export const LOADED = `
import { registerHooks } from "node:module";
const urls: string[] = [];
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    urls.push(resolved.url);
    return resolved;
  },
});
await import("./plain.ts");
const { start } = await import("warren");
await using rt = await start({ threads: 1 });
await rt.sleep(1);
console.log(JSON.stringify(urls));
`;
