import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { beginNode } from "../node-process.ts";
import { outcomeOf } from "./program.ts";

interface Ended {
  readonly name: string;
  readonly returned?: unknown;
  readonly code?: string;
  readonly message: string;
  readonly tasks: { task: string; reason: string; on: string; thread: number; at?: string; site?: string }[];
}

/** Runs several programs in one process; returns how each ended. */
async function programsOf(how: "one by one" | "at once", names: readonly string[]): Promise<Ended[]> {
  const { stdout, stderr, code, hung } = await outcomeOf("closed-world.ts", how, ...names);
  expect({ hung, code, stderr }).toEqual({ hung: false, code: 0, stderr: "" });
  return stdout.trim().split("\n").map((line) => JSON.parse(line) as Ended);
}

describe("a run program as a process", () => {
  test("prints, returns, and ends with exit code 0", async () => {
    expect(await outcomeOf("closed-world.ts", "uncaught", "returns")).toEqual({ stdout: "in the task\nreturned 42\n", stderr: "", code: 0, signal: null, hung: false });
  });

  test("a failure that no code catches ends it with code 1 and both stacks", async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "uncaught", "throws");
    expect(code).toBe(1);
    for (const part of ["TypeError", "from main", "E_MINE", "task throws, spawned at", "closed-world.ts"]) expect(stderr).toContain(part);
    // The first thing to read is the error and the line that threw it.
    expect(stderr).toMatch(/^TypeError.*\n    at .*closed-world\.ts/);
    expect(stderr).not.toMatch(/\/src\/|piscina/);
  });

  test("so does the failure of a go task", { tags: ["deep"] }, async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "uncaught", "goFails");
    expect(code).toBe(1);
    expect(stderr).toContain("task throws, started with go");
    expect(stderr).toMatch(/^TypeError.*\n    at .*closed-world\.ts/);
  });

  test("a stack overflow is an error, not a crash", { tags: ["deep"] }, async () => {
    expect(await programsOf("one by one", ["recurses"])).toMatchObject([{ message: expect.stringContaining("call stack") }]);
  });

  test("lines come before what the main thread prints next, also through a stream that a preloaded module has kept", { tags: ["deep"] }, async () => {
    const preload = fileURLToPath(new URL("./programs/preloads/printing.mjs", import.meta.url));
    const [index, tasks] = ["../../src/index.ts", "./programs/closed-world.ts"].map((path) => JSON.stringify(new URL(path, import.meta.url).href));
    const program = `import { start } from ${index}; import { printsKept } from ${tasks}; const rt = await start({ threads: 1 }); await rt.spawn(printsKept); console.log("after"); await rt.stop();`;
    const { stdout, code } = await beginNode(["--import", preload, "--input-type=module", "-e", program], { deadlineMs: 120_000 }).outcome;
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line !== "preloaded")).toEqual([...Array.from({ length: 1000 }, (_, k) => `kept ${k}`), "after", ""]);
  });

  test("no line of output is lost at the end of run", { tags: ["deep"] }, async () => {
    const { stdout, stderr, code } = await outcomeOf("closed-world.ts", "uncaught", "talkative");
    expect(code).toBe(0);
    for (const name of ["main", "other"]) {
      const lines = stdout.split("\n").filter((line) => line.startsWith(`${name} `));
      expect(lines).toEqual(Array.from({ length: 1000 }, (_, k) => `${name} ${k}`));
      expect(stderr).toContain(`${name} said it all`);
    }
  });
});

const DEADLOCKS: [what: string, name: string, waiting: string[]][] = [
  ["a channel to which no task sends", "allReceive", ["allReceive receive", "receiver receive", "receiver receive"]],
  ["a select that could only meet itself", "selfSelect", ["selfSelect select"]],
  ["two that wait for each other", "cycle", ["cycle join", "cycle join", "lockStep receive", "lockStep receive"]],
  ["a sender to a full buffer", "allSend", ["allSend send"]],
  ["a closure and the task that joins it", "closures", ["closures join", "waiter receive"]],
  ["after a thousand tasks that went well", "late", ["late receive"]],
  ["a cycle of locks", "lockCycle", ["lockCycle join", "lockCycle join", "locksBoth lock", "locksBoth lock"]],
  ["a reply that no task sends", "noReply", ["noReply receive"]],
  ["a context that no task can cancel any more", "contextNobodyCancels", ["contextNobodyCancels receive", "waitsForEnd receive", "waitsForEnd receive"]],
  ["a group whose task waits forever", "groupWaits", ["groupWaits join", "waitsForEnd receive"]],
];

describe("deadlock: none can ever run again", () => {
  let programs: Ended[];
  beforeAll(async () => {
    programs = await programsOf("one by one", DEADLOCKS.map(([, name]) => name));
  });
  const endedOf = (name: string): Ended => programs.find((program) => program.name === name) as Ended;

  test.each(DEADLOCKS)("%s", (_what, name, waiting) => {
    const { code, tasks } = endedOf(name);
    expect(code).toBe("ERR_DEADLOCK");
    expect(tasks.map(({ task, reason }) => `${task} ${reason}`).toSorted()).toEqual(waiting);
  });

  test("the report says on what, on which thread, and where each was started", () => {
    const { message, tasks } = endedOf("allReceive");
    for (const { on } of tasks) expect(on).toContain("chan(i32");
    const receivers = tasks.filter(({ task }) => task === "receiver");
    expect(receivers.map(({ thread }) => thread).toSorted()).toEqual([0, 1]);
    for (const { site } of receivers) expect(site).toContain("closed-world.ts");
    // The line that waits, in the function that waits.
    for (const { task, at } of tasks) expect(at).toMatch(new RegExp(`^ {4}at ${task} \\(.*closed-world.ts:\\d+:\\d+\\)`));
    expect(message).toMatch(/^deadlock: every task waits for another/);
    expect(message.match(/task receiver #\d+ on thread [01]: receive/g)).toHaveLength(2);
  });

  test("a cycle of locks: each task holds what the other waits for", () => {
    const { tasks } = endedOf("lockCycle");
    for (const { on } of tasks.filter(({ reason }) => reason === "lock")) expect(on).toMatch(/^Mutex #\S+, held by task #\d+ on thread [01] for \d+ ms$/);
  });

  test("that no code catches: exit code 1, the table on stderr", { tags: ["deep"] }, async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "uncaught", "allReceive");
    expect(code).toBe(1);
    // Node prints the place of the throw above it.
    expect(/^\w+Error.*/m.exec(stderr)?.[0]).toBe("WarrenError: deadlock: every task waits for another, and none can ever continue");
    expect(stderr).toContain("ERR_DEADLOCK");
    expect(stderr).toContain("task receiver #");
  });
});

test("a task that awaits something outside warren: not certain, so a warning that lists it", { tags: ["deep"] }, async () => {
  const { stdout, code, hung } = await outcomeOf("closed-world.ts", "uncaught", "ownPromise");
  expect({ code, hung }).toEqual({ code: 4, hung: false });
  expect(stdout).toMatch(/^WARREN_STANDSTILL possible deadlock: nothing has run/);
  expect(stdout).toContain("task ownPromise #");
});

test("two that wait for each other while a timer lives: no error, but dump() names them", { tags: ["deep"] }, async () => {
  const { stdout, stderr, code, hung } = await outcomeOf("closed-world.ts", "stuck", "subset");
  expect({ stderr, code, hung }).toEqual({ stderr: "", code: 0, hung: false });
  const lines = stdout.split("\n").map((line) => line.replaceAll(/#\S+|\d+ ms|\(\S+\), started .*/g, "…").replace(/thread \d/, "thread …"));
  expect(lines.slice(0, 4)).toEqual([
    "tasks that wait only for each other:",
    "  task lockStep … on thread …: receive chan(i32, 0) … for …, at lockStep …",
    "  task lockStep … on thread …: receive chan(i32, 0) … for …, at lockStep …",
    expect.stringMatching(/^thread …:/),
  ]);
});

describe("no report while something can still wake a task", () => {
  test("a timer of warren, a timer of Node, a socket, an AbortSignal, a deadline", { tags: ["deep"] }, async () => {
    const programs = await programsOf("at once", ["timerWakes", "nodeTimerWakes", "socketWakes", "signalWakes", "deadlineWakes"]);
    expect(Object.fromEntries(programs.map(({ name, returned }) => [name, returned]))).toEqual({ timerWakes: 1, nodeTimerWakes: 2, socketWakes: "from the socket", signalWakes: "TimeoutError", deadlineWakes: "ERR_DEADLINE" });
  });

});
