import { describe, expect, test } from "vitest";
import { begin, outcomeOf } from "./program.ts";

const CLEAN = { stderr: "", code: 0, signal: null, hung: false };

describe.concurrent("the process ends by itself, and not before its tasks", () => {
  test("an idle runtime does not keep it alive", async () => {
    expect(await outcomeOf("open-world.ts", "idle")).toEqual({ ...CLEAN, stdout: "" });
  });

  test("nor one whose trace somebody follows", async () => {
    expect(await outcomeOf("open-world.ts", "followed")).toEqual({ ...CLEAN, stdout: "" });
  });

  test("nor one that was used", async () => {
    expect(await outcomeOf("open-world.ts", "used")).toEqual({ ...CLEAN, stdout: "joined\n" });
  });

  test.each(["rt.go", "rt.go.on", "go", "go.on", "go a Node timer", "go nested", "go a closure", "go a task that leaves a closure", "spawn", "sleep", "twice", "ticker heard", "afterFunc", "context heard", "context unheard"])("it lives until the task has ended: %s", { tags: ["deep"] }, async (name) => {
    expect(await outcomeOf("open-world.ts", name)).toEqual({ ...CLEAN, stdout: "the task has ended\n" });
  });

  test("a ticker that main feeds does not keep it alive", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("open-world.ts", "ticker unheard")).toEqual({ ...CLEAN, stdout: "the task has ended\nthe task has ended\n" });
  });

  test("while main waits for a thread and a thread for main", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("open-world.ts", "receive")).toEqual({ ...CLEAN, stdout: "received 7\n" });
  });

  test("stop ends it although a task sleeps", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("open-world.ts", "stopped")).toEqual({ ...CLEAN, stdout: "stopped\n" });
  });

  test("process.exit on main ends all threads", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("open-world.ts", "exit")).toEqual({ ...CLEAN, stdout: "", code: 7 });
  });
});

describe.concurrent("a failing go task in a runtime of start", { tags: ["deep"] }, () => {
  test.each(["failing go", "failing go closure"])("is uncaught on main: %s", async (name) => {
    const { stderr, code, hung } = await outcomeOf("open-world.ts", name);
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toContain("RangeError: nobody handles me");
    expect(stderr).toContain("started with go");
    expect(stderr).toContain("open-world.ts");
    expect(stderr).not.toMatch(/\/src\/|piscina/);
  });

  test("can be heard there, and what main waits for rejects with it as the cause", async () => {
    const { stdout, code, hung } = await outcomeOf("open-world.ts", "failing go, handled");
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    expect(stdout.trim().split("\n").toSorted()).toEqual(["heard RangeError E_LOST nobody handles me true", "main ERR_RUNTIME_STOPPED nobody handles me"]);
  });
});

describe.skipIf(process.platform === "win32")("signals", { tags: ["deep"] }, () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)("%s ends it as it ends any Node program", async (signal) => {
    const program = begin("open-world.ts", "signal");
    await program.printed("ready");
    program.kill(signal);
    expect(await program.outcome).toMatchObject({ code: null, signal, hung: false, stderr: "" });
  });
});
