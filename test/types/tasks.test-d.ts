/** Types of tasks, go, spawn and run: checked by `tsc`, never run. */
import { SHARE_ENV } from "node:worker_threads";
import { type Chan, type ModuleRef, type Receiver, type RuntimeOptions, type SharedArray, type ThreadLimits, chan, go, i32, run, shared, spawn, start, task, utf8 } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const add = task(import.meta, async function add(a: number, b: number) {
  return a + b;
});
const length = task(import.meta, function length(text: string, _times?: number) {
  return text.length;
});
const drain = task(import.meta, async function drain(from: Receiver<number>) {
  for await (const value of from) void value;
});

// Registered by a statement of its own, as `isolatedDeclarations` needs it: a function with its types, or an arrow function and a name.
export async function halve(n: number): Promise<number> {
  return n / 2;
}
task(import.meta, halve);
export const twice = async (n: number): Promise<number> => 2 * n;
task(import.meta, "twice", twice);
const half = spawn(halve, 3);
expectType<Equal<typeof half, Promise<number>>>(true);
const doubled = run(twice, { args: [3] });
expectType<Equal<typeof doubled, Promise<number>>>(true);
// @ts-expect-error -- its parameters are checked, too
void spawn(halve, "3");
// @ts-expect-error -- a name is a text
task(import.meta, 1, twice);

// A task is still the function it was.
expectType<Equal<typeof add, (a: number, b: number) => Promise<number>>>(true);
expectType<Equal<ReturnType<typeof length>, number>>(true);

// Results: what the task returns, awaited once.
const sum = spawn(add, 1, 2);
expectType<Equal<typeof sum, Promise<number>>>(true);
const size = spawn(length, "text");
expectType<Equal<typeof size, Promise<number>>>(true);
const ended = spawn(drain, chan(i32));
expectType<Equal<typeof ended, Promise<void>>>(true);
const nested = spawn(async () => Promise.resolve([1, "a"] as const));
expectType<Equal<typeof nested, Promise<readonly [1, "a"]>>>(true);
expectType<Equal<ReturnType<typeof go>, void>>(true);
const placed = spawn.on(1)(add, 1, 2);
expectType<Equal<typeof placed, Promise<number>>>(true);
go.on("here")(drain, chan(i32));

// Parameters.
// @ts-expect-error -- one is missing
void spawn(add, 1);
// @ts-expect-error -- one has another type
void spawn(add, 1, "2");
// @ts-expect-error -- one is too many
void spawn(add, 1, 2, 3);
// @ts-expect-error -- a channel of strings is no channel of numbers
go(drain, chan(utf8));
// @ts-expect-error -- a place is "here" or a number
void spawn.on("there")(add, 1, 2);
// @ts-expect-error -- only functions start
go("add");
// @ts-expect-error -- task needs the module first
task(async function unplaced() {});

// A task for a narrow half takes the whole channel.
const whole: Chan<number> = chan(i32);
go(drain, whole);

// Runtimes.
await using rt = await start({ threads: 2 });
expectType<Equal<ReturnType<typeof rt.spawn<[number, number], Promise<number>>>, Promise<number>>>(true);
const result = run(add, { threads: 2, args: [1, 2] });
expectType<Equal<typeof result, Promise<number>>>(true);
// @ts-expect-error -- the arguments are checked
void run(add, { args: ["1", 2] });
// @ts-expect-error -- options are known
void start({ thread: 2 });

// Options of threads.
void start({ maxOldGenerationSizeMb: 64, execArgv: ["--import", "tsx"], env: process.env, argv: process.argv.slice(2), resourceLimits: { stackSizeMb: 8 }, name: "rows" });
void run(add, { args: [1, 2], env: SHARE_ENV, execArgv: ["--no-warnings"] as const });
const maybeUndefined: RuntimeOptions = { execArgv: undefined, env: undefined, argv: undefined, resourceLimits: undefined, name: undefined, maxOldGenerationSizeMb: undefined };
void maybeUndefined;
const limits: ThreadLimits = { maxYoungGenerationSizeMb: 16, codeRangeSizeMb: 8 };
void start({ resourceLimits: limits });
// @ts-expect-error -- a limit that Node does not have
void start({ resourceLimits: { stackSizeKb: 8 } });
// @ts-expect-error -- arguments are texts
void start({ argv: [1] });
// @ts-expect-error -- so is what is in the environment
void start({ env: { PORT: 80 } });
// @ts-expect-error -- options of Node are an array
void start({ execArgv: "--import tsx" });

// A module is its import.meta, an object with its URL, or in CommonJS a path.
const modules: ModuleRef[] = [import.meta, { url: "file:///a.js" }, "/a.js"];
void modules;
// @ts-expect-error -- nothing else
const noModule: ModuleRef = 5;
void noModule;

const floats = shared.float64(10);
expectType<Equal<typeof floats, SharedArray<"f64">>>(true);
expectType<Equal<typeof floats.array, Float64Array<SharedArrayBuffer>>>(true);
expectType<Equal<ReturnType<typeof shared.int32>["array"], Int32Array<SharedArrayBuffer>>>(true);
expectType<Equal<ReturnType<typeof shared.bytes>["array"], Uint8Array<SharedArrayBuffer>>>(true);
