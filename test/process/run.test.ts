import { describe, expect, test } from "vitest";
import { outcomeOf } from "./program.ts";

interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly tasks: { task: string; reason: string; on: string; thread: number; site?: string }[];
}

async function rejectionOf(task: string): Promise<Rejection> {
  const { stdout, stderr, code, hung } = await outcomeOf("closed-world.ts", task);
  expect({ hung, code, stderr }).toEqual({ hung: false, code: 0, stderr: "" });
  expect(stdout).toMatch(/^rejected /);
  return JSON.parse(stdout.slice("rejected ".length)) as Rejection;
}

describe.concurrent("a closed world as a process", () => {
  test("prints, returns, and ends with exit code 0", async () => {
    expect(await outcomeOf("closed-world.ts", "returns")).toEqual({ stdout: "in the task\nreturned 42\n", stderr: "", code: 0, signal: null, hung: false });
  });

  test("a failure that nobody catches ends it with code 1 and both stacks", async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "throws", "uncaught");
    expect(code).toBe(1);
    expect(stderr).toContain("TypeError");
    expect(stderr).toContain("from main");
    expect(stderr).toContain("E_MINE");
    expect(stderr).toContain("task throws, spawned at");
    expect(stderr).toContain("closed-world.ts");
  });

  test("so does the failure of a go task", async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "goFails", "uncaught");
    expect(code).toBe(1);
    expect(stderr).toContain("task throws, started with go");
  });

  test("a stack overflow is an error, not a crash", async () => {
    expect(await rejectionOf("recurses")).toMatchObject({ message: expect.stringContaining("call stack") });
  });

  test("no line of output is lost at the end of run", async () => {
    const { stdout, stderr, code } = await outcomeOf("closed-world.ts", "talkative");
    expect(code).toBe(0);
    for (const name of ["main", "other"]) {
      const lines = stdout.split("\n").filter((line) => line.startsWith(`${name} `));
      expect(lines).toEqual(Array.from({ length: 1000 }, (_, k) => `${name} ${k}`));
      expect(stderr).toContain(`${name} said it all`);
    }
  });
});

describe.concurrent("deadlock: none can ever run again (B9.18)", () => {
  test("all wait on receive: each with channel, thread and where it was started", async () => {
    const { code, message, tasks } = await rejectionOf("allReceive");
    expect(code).toBe("ERR_DEADLOCK");
    expect(tasks.map(({ task, reason }) => `${task} ${reason}`).toSorted()).toEqual(["allReceive receive", "receiver receive", "receiver receive"]);
    for (const { on } of tasks) expect(on).toContain("chan(i32");
    const receivers = tasks.filter(({ task }) => task === "receiver");
    expect(receivers.map(({ thread }) => thread).toSorted()).toEqual([0, 1]);
    for (const { site } of receivers) expect(site).toContain("closed-world.ts");
    expect(message).toMatch(/^all tasks are asleep/);
    expect(message.match(/task receiver #\d+ on thread [01]: receive/g)).toHaveLength(2);
  });

  test.each([
    ["a select that could only meet itself", "selfSelect", ["selfSelect select"]],
    ["two that wait for each other", "cycle", ["cycle join", "cycle join", "lockStep receive", "lockStep receive"]],
    ["a sender to a full buffer", "allSend", ["allSend send"]],
    ["a closure and the task that joins it", "closures", ["closures join", "waiter receive"]],
    ["after a thousand tasks that went well", "late", ["late receive"]],
    ["a reply that nobody sends", "noReply", ["noReply receive"]],
  ])("%s", async (_what, program, expected) => {
    const { code, tasks } = await rejectionOf(program);
    expect(code).toBe("ERR_DEADLOCK");
    expect(tasks.map(({ task, reason }) => `${task} ${reason}`).toSorted()).toEqual(expected);
  });

  test("that nobody catches: exit code 1, the table on stderr", async () => {
    const { stderr, code } = await outcomeOf("closed-world.ts", "allReceive", "uncaught");
    expect(code).toBe(1);
    expect(stderr).toContain("ERR_DEADLOCK");
    expect(stderr).toContain("task receiver #");
  });

  test.each([
    ["a timer of warren", "timerWakes", "returned 1"],
    ["a timer of Node", "nodeTimerWakes", "returned 2"],
    ["a socket", "socketWakes", "returned from the socket"],
    ["an AbortSignal", "signalWakes", "returned TimeoutError"],
    ["a job of Node's thread pool", "jobWakes", "returned 64"],
  ])("is not reported while %s can still wake a task", async (_what, program, expected) => {
    const { stdout, stderr, code } = await outcomeOf("closed-world.ts", program);
    expect({ stdout: stdout.trim(), stderr, code }).toEqual({ stdout: expected, stderr: "", code: 0 });
  });
});
