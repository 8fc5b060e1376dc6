import { expect, test } from "vitest";
import { type Dump, type ParkedReport, formatDump, runtimes, start } from "../../../src/index.ts";
import { until } from "../until.ts";

const wait = (task: string, taskId: number, more: Partial<ParkedReport> = {}): ParkedReport => ({ task, taskId, reason: "receive", on: "chan(i32, 0) #a.1", parkedMs: 204, at: undefined, site: `    at ${task} (file:///p.ts:1:1)\n    at more`, ...more });
const thread = { unlisted: [], outside: 0, resources: [], isQuiet: true };

const DUMP: Dump = {
  threads: [
    { ...thread, thread: 0, tasks: [{ id: 4, name: "a", site: undefined }, { id: 5, name: "busy", site: undefined }], parked: [wait("a", 4, { at: "    at b (file:///p.ts:2:2)\n    at a (file:///p.ts:3:3)" })], unlisted: [{ name: "crowd", count: 12 }] },
    { ...thread, thread: 1, tasks: [], parked: [], unlisted: [{ name: "spin", count: 3 }], computing: { task: "spin", ms: 312 } },
    { ...thread, thread: 2, tasks: [], parked: [wait("main thread", 0, { reason: "join", on: "task a", site: undefined })] },
  ],
  stuck: [{ waits: [{ thread: 0, ...wait("a", 4) }, { thread: 2, ...wait("main thread", 0, { reason: "join", on: "task a", site: undefined }) }] }],
  outside: [],
};

test("a dump as text: stuck groups first, then each thread", () => {
  expect(formatDump(DUMP).split("\n")).toEqual([
    "tasks that wait only for each other:",
    "  task a #4 on thread 0: receive chan(i32, 0) #a.1 for 204 ms, started at a (file:///p.ts:1:1)",
    "  the main thread: join task a for 204 ms",
    "thread 0: 14 tasks",
    "  task a #4 on thread 0: receive chan(i32, 0) #a.1 for 204 ms, at b (file:///p.ts:2:2), started at a (file:///p.ts:1:1)",
    "  task busy #5 runs, or awaits something outside warren, started (not recorded)",
    "  … and 12 more tasks crowd",
    "thread 1: 3 tasks; it does not answer because task spin has been computing for 312 ms",
    "main thread: 0 tasks",
    "  the main thread: join task a for 204 ms",
  ]);
});

test("while a thread is being replaced it has no report, and the main thread is still the last", () => {
  const [, ...without] = DUMP.threads;
  expect(formatDump({ threads: without, stuck: [], outside: [] }).split("\n")).toEqual(["thread 1: 3 tasks; it does not answer because task spin has been computing for 312 ms", "main thread: 0 tasks", "  the main thread: join task a for 204 ms"]);
});

test("a long list is cut, and says by how much", () => {
  const parked = Array.from({ length: 60 }, (_, k) => wait("a", k + 1));
  const lines = formatDump({ threads: [{ ...thread, thread: 0, tasks: [], parked }, { ...DUMP.threads[2], thread: 1 }], stuck: [], outside: [] }).split("\n");
  expect(lines.filter((line) => line.startsWith("  task"))).toHaveLength(50);
  expect(lines).toContain("  … and 10 more");
});

test("the runtimes that are open, and their dump with counters", { tags: ["deep"] }, async () => {
  expect(runtimes()).toEqual([]);
  const rt = await start({ threads: 1 });
  const other = await start({ threads: 1 });
  expect(runtimes()).toEqual([rt, other]);
  await other.stop();
  expect(runtimes()).toEqual([rt]);
  await until(async () => (await rt.stats()).ready === 0);
  const text = formatDump(await rt.dump(), await rt.stats());
  expect(text).toMatch(/^0 live tasks, 0 ready, parked: nothing; 0 values sent, 0 tasks stolen; shared memory: \d+\.\d of 1024\.0 MB in use, \d+\.\d MB in pages already assigned\nthread 0: 0 tasks, busy for \d+ ms, \d+ ms of CPU time\nmain thread: /);
  await rt.stop();
  expect(runtimes()).toEqual([]);
});
