/**
 * No kind of outside event is taken for a deadlock, and what a task used before hides
 * none: a few kinds here, all of them with `node scripts/verify-deadlocks.ts`.
 *
 * @module-tag deep
 */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Ended, Orders } from "../../verify/deadlocks/program.ts";
import { beginNode } from "../node-process.ts";

const PROGRAM = fileURLToPath(new URL("../../verify/deadlocks/program.ts", import.meta.url));
/** Far more than it takes: ends what hangs. */
const DEADLINE_MS = 150_000;

/** One of each way by which a thread may be called: its loop is alive, an unreferenced handle, a Worker, the engine, the collector. */
const KINDS = ["gzip, a chain", "setTimeout, unref", "Worker, unref", "waitAsync, its time", "FinalizationRegistry"];
const USED = ["a timer that was cleared"];

test("events that Node does not list are waited for; a deadlock after their use is reported", async () => {
  const orders: Orders = { threads: 1, kinds: KINDS, used: USED, atOnce: true };
  const { outcome } = beginNode([PROGRAM, JSON.stringify(orders)], { env: { ...process.env, NODE_OPTIONS: "" }, deadlineMs: DEADLINE_MS });
  const { stdout, hung } = await outcome;
  expect(hung).toBe(false);
  const ended = stdout.trim().split("\n").map((line) => JSON.parse(line) as Ended);
  expect(ended.map(({ kind, outcome: how }) => [kind, how])).toEqual([...KINDS.map((kind) => [kind, "continued"]), ...USED.map((use) => [use, "ERR_DEADLOCK"])]);
});
