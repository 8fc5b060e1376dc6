// @module-tag deep
import { describe, expect, test } from "vitest";
import { begin, outcomeOf } from "./program.ts";

/** Runs a case to its good end; what it printed, by name. */
async function printedBy(name: string): Promise<Record<string, unknown>> {
  const { stdout, code, hung } = await outcomeOf("ending.ts", name);
  expect({ code, hung }).toEqual({ code: 0, hung: false });
  return Object.fromEntries(stdout.trim().split("\n").map((line) => JSON.parse(line) as [string, unknown]));
}

describe("threads end in every state", () => {
  test("recycle: idle, parked, with a lock, in an endless loop, in the middle of operations", async () => {
    const lost = ["ERR_THREAD_DIED", 42];
    expect(await printedBy("recycle")).toEqual({ idle: ["no task", 42], parked: lost, locked: lost, "its lock": true, spinning: lost, busy: lost, "all at once": [42, 42], "closure of main": 9 });
  });

  test("recycle in a native call: ERR_THREAD_STUCK at its deadline, and a replacement when the call returns", async () => {
    expect(await printedBy("native")).toEqual({ recycle: "ERR_THREAD_STUCK", meanwhile: 42, afterwards: 42, "its task": "ERR_THREAD_DIED" });
  });

  test("stop: in the same states and in a native call it always resolves", async () => {
    const stopped = "ERR_RUNTIME_STOPPED";
    expect(await printedBy("stop")).toEqual({ idle: "no task", parked: stopped, locked: stopped, spinning: stopped, busy: stopped, "short native": stopped });
  });

  test("stop while a replacement starts", async () => {
    expect(await printedBy("stop while replacing")).toEqual({ recycle: "ERR_RUNTIME_STOPPED", both: "ended" });
  });

  test("a stuck task is reported, and its thread recycled on request", async () => {
    expect(await printedBy("stuck")).toEqual({ warning: "WARREN_STUCK_TASK", joined: "ERR_THREAD_DIED", again: 42 });
  });

  test("the runtime called in exit handlers and in listeners of errors and warnings", async () => {
    const { stdout, code, hung } = await outcomeOf("ending.ts", "reentrant");
    expect({ code, hung }).toEqual({ code: 9, hung: false });
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual([
      ["thread's exit handler", ["ERR_THREAD_DIED", 7]],
      ["warning listener", ["WARREN_THREAD_DIED", 42, 2]],
      ["error listener", ["nobody handles me", "ERR_RUNTIME_STOPPED", 42]],
      ["exit handler", [9, 1, 1]],
    ]);
  });
});

describe.skipIf(process.platform === "win32")("signals in every state", () => {
  const STATES = ["parked", "busy main", "spinning", "stopping"];

  test.each(STATES.flatMap((state) => (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => [state, signal] as const)))("%s: %s ends the process as it ends any other", async (state, signal) => {
    const program = begin("ending.ts", "signal", state);
    await program.printed("ready");
    program.kill(signal);
    expect(await program.outcome).toMatchObject({ code: null, signal, hung: false });
  });

  test.each(["idle", "parked", "spinning", "busy", "short native"])("%s: a handler that calls stop() ends it in good order", async (state) => {
    const program = begin("ending.ts", "handler", state);
    await program.printed("ready");
    program.kill("SIGTERM");
    expect(await program.outcome).toMatchObject({ stdout: 'ready\nstopping\n["main","ERR_RUNTIME_STOPPED"]\nstopped\n', code: 0, signal: null, hung: false });
  });

  test("a second signal ends it immediately", async () => {
    const program = begin("ending.ts", "handler", "twice");
    await program.printed("ready");
    program.kill("SIGTERM");
    await program.printed("stopping");
    program.kill("SIGTERM");
    expect(await program.outcome).toMatchObject({ code: null, signal: "SIGTERM", hung: false });
  });
});

test("threads that the system refuses: one coded error, and a start that works afterwards", async () => {
  expect(await outcomeOf("refused-threads.ts", "2")).toMatchObject({ stdout: "ERR_THREAD_START ERR_WORKER_INIT_FAILED\nand then 42\n", code: 0, hung: false });
});

test("a replacement that the system refuses: the runtime stops with an error", async () => {
  const { stdout, stderr, code, hung } = await outcomeOf("refused-threads.ts", "3");
  expect({ code, hung, stdout }).toEqual({ code: 1, hung: false, stdout: "ERR_THREAD_DIED\nERR_RUNTIME_STOPPED\n" });
  expect(stderr).toContain("ERR_THREAD_START");
  expect(stderr).toContain("thread 1 died and could not be replaced");
});
