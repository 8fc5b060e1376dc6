/** `warren gophers` for real, as small as it gets: streams, formats, exit codes. No assertion on a time or on P. */
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTaskset, processorsIn } from "../../../src/lab/machine/affinity.ts";
import { readMachine } from "../../../src/lab/machine/environment.ts";
import { median } from "../../../src/lab/figures/statistics.ts";
import type { Result } from "../../../src/lab/result.ts";
import { childrenOf, isRunning } from "../../lab/trial/processes.ts";
import { warren } from "../warren-process.ts";

const SMALL = ["gophers", "--designs", "G1,G6", "--threads", "1", "--world", "wait", "--books", "12", "--unit", "1ms", "--runs", "1", "--warmup", "1", "--min-time", "1"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-measuring-"));
  await mkdir(join(folder, "pile", "inner"), { recursive: true });
  await writeFile(join(folder, "pile", "a.txt"), "hello");
  await writeFile(join(folder, "pile", "inner", "b.bin"), Buffer.alloc(200_000, 7));
  await symlink("a.txt", join(folder, "pile", "link"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("warren gophers", () => {
  it("writes the first screen to standard output and the progress to standard error, without colours or control characters", async () => {
    const { code, stdout, stderr } = await warren([...SMALL, "--blocks", "2"], { environment: { COLUMNS: "80" } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}four gophers, 1 thread +█+▌? +\d+(\.\d+)? ms +\d\.\d\d× +— +\d\.\d\d×$/m);
    expect(stdout).toContain("All 4 checks held");
    expect(stdout).toMatch(/^Next:\s+node src\/cli\/main\.ts gophers /m);
    expect(Math.max(...stdout.split("\n").filter((line) => !/^(Next|Everything measured): |^ {2}node /.test(line)).map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stderr).toMatch(/^measuring 2 cells in 2 blocks, about \d+ s left\nblock 2 of 2, about \d+ s left\n$/);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it("takes the gain as the quotient of the medians over its blocks, and S = C × P", { tags: ["deep"] }, async () => {
    const { stdout } = await warren([...SMALL, "--blocks", "3", "--format", "json", "-q"]);
    const { gains, cells, checks, config } = JSON.parse(stdout) as Result;
    const gain = gains.find(({ design }) => design === "G6");
    const [one, six] = cells.map(({ samples }) => samples.map(({ wallNs }) => wallNs));
    expect(gain?.C).toBe(median(one as number[]) / median(six as number[]));
    for (const { C, P, S } of gains) expect(Math.abs(S / (C * P) - 1)).toBeLessThan(1e-9);
    expect(cells.map(({ design, samples }) => [design, samples.length])).toEqual([["G1", 3], ["G6", 3]]);
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(config).toMatchObject({ blocks: 3, blocksDone: 3, interrupted: false, seed: 1 });
  });

  it("colours only when asked to, and never with NO_COLOR", { tags: ["deep"] }, async () => {
    const once = [...SMALL, "--blocks", "1", "-q"];
    expect((await warren(once, { environment: { FORCE_COLOR: "1" } })).stdout).toContain("\u001b[1m");
    expect((await warren(once, { environment: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain("\u001b");
  });

  it("is silent on standard error with --quiet and writes a file instead of standard output with -o", { tags: ["deep"] }, async () => {
    const path = join(folder, "result.csv");
    expect(await warren([...SMALL, "--blocks", "1", "-q", "--format", "csv", "-o", path])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await readFile(path, "utf8")).split("\n")[0]).toMatch(/^program,world,design,/);
  });

  it("measures nothing in an unsuitable environment under --strict", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren([...SMALL, "--threads", "1,126", "--strict"]);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/^warning: 126 threads on \d+(\.\d+)? cores?: /m);
  });

  it("keeps and marks what was measured when it is interrupted", { tags: ["deep"] }, async () => {
    let sent = false;
    const { code, stdout, stderr } = await warren([...SMALL, "--blocks", "500", "--format", "json"], {
      onStderr: (text, interrupt) => {
        if (sent || !text.includes("block 2 of")) return;
        sent = true;
        interrupt();
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain("stopping after this run; what was measured is kept");
    const { config, cells } = JSON.parse(stdout) as Result;
    expect(config).toMatchObject({ interrupted: true, blocks: 500 });
    expect(config.blocksDone).toBeGreaterThanOrEqual(1);
    expect(cells.every(({ summary }) => summary.flags.includes("interrupted"))).toBe(true);
  });
});

describe("Ctrl-C twice", { tags: ["deep"] }, () => {
  it("quits at once and leaves no process", async (context) => {
    if (process.platform !== "linux") context.skip();
    const seen: Promise<number[]>[] = [];
    const { code } = await warren([...SMALL, "--books", "4000", "--blocks", "500"], {
      // a run of a minute: it is not waited for
      onStderr: (text, interrupt, _send, pid) => {
        if (seen.length > 0 || !text.includes("measuring 2 cells")) return;
        seen.push(childrenOf(pid).then((children) => {
          interrupt();
          setTimeout(interrupt, 100);
          return children;
        }));
      },
    });
    expect(code).toBe(130);
    const [child = 0] = (await seen[0]) ?? [];
    expect(child).toBeGreaterThan(0);
    await expect.poll(() => isRunning(child), { timeout: 20_000 }).toBe(false);
  });
});

describe("warren gophers --cpus", { tags: ["deep"] }, () => {
  it("is the control experiment: two threads on one core are time-sliced", async (context) => {
    if (findTaskset() === null) context.skip("there is no taskset");
    if (availableParallelism() < 2) context.skip("there is one core");
    const [first] = processorsIn(readMachine().affinity ?? "") ?? [];
    const { code, stdout } = await warren(["gophers", "--designs", "G4", "--world", "cpu", "--threads", "2", "--cpus", String(first), "--blocks", "1", "--runs", "1", "--warmup", "50", "--min-time", "200ms", "--format", "json"]);
    expect(code).toBe(0);
    const { cells, config, env } = JSON.parse(stdout) as Result;
    expect(cells.find(({ design, threads }) => design === "G4" && threads === 2)?.verdict).toBe("time-sliced");
    expect(cells.find(({ design, threads }) => design === "G4" && threads === 1)?.verdict).toBe("concurrent only");
    expect(config).toMatchObject({ cpus: String(first), isolation: "process" });
    expect(env).toMatchObject({ affinity: String(first), usable: 1 });
    expect(env.warnings).toContainEqual(expect.stringMatching(/^2 threads on 1 core: they take turns/));
  });

  it("refuses a core that the process cannot use, in one line", async (context) => {
    if (findTaskset() === null) context.skip("there is no taskset");
    const { code, stdout, stderr } = await warren([...SMALL, "--cpus", "4095"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^warren: --cpus: "4095": this process cannot use 4095, only \S+\n$/);
  });
});

describe("SIGUSR2", { tags: ["deep"] }, () => {
  it("prints what the running program does, and goes on", async () => {
    let ended = false;
    const { code, stdout, stderr } = await warren([...SMALL, "--blocks", "500", "--format", "json"], {
      // A block is a process of its own: between two of them there is no running program, and the command says so.
      onStderr: (text, interrupt, send) => {
        if (ended || !text.includes("block 2 of")) return;
        ended = /^main thread: \d+ tasks/m.test(text);
        if (ended) interrupt();
        else send("SIGUSR2");
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^warren: \d+ live tasks, \d+ ready, parked: .*; \d+ values sent, \d+ tasks stolen; shared memory: .* MB/m);
    expect(stderr).toMatch(/^thread 0: \d+ tasks, busy for \d+ ms, \d+ ms of CPU time/m);
    expect((JSON.parse(stdout) as Result).config.blocksDone).toBeGreaterThanOrEqual(1);
  });
});

describe("warren gophers --pile", () => {
  const small = ["gophers", "--designs", "G1,G7", "--threads", "1,2", "--blocks", "1", "--runs", "1", "--warmup", "1"];

  it("burns real files, the same in every design, and writes what sha256sum checks", { tags: ["deep"] }, async () => {
    const manifest = join(folder, "manifest.txt");
    const { code, stdout, stderr } = await warren([...small, "--pile", join(folder, "pile"), "--manifest", manifest, "-v"]);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("every file read; same result everywhere: the manifest.");
    expect(stderr).toContain("skipped link: symbolic link");
    const text = await readFile(manifest, "utf8");
    expect(text).toContain("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  ./a.txt");
    expect(text).toContain("  ./inner/b.bin");
  });

  it.each(["gophers", "trace gophers"])("%s refuses a pile without a file before anything is measured", async (command) => {
    const empty = join(folder, "empty");
    await mkdir(empty, { recursive: true });
    await symlink("nowhere", join(empty, "link")).catch(() => undefined);
    const { code, stdout, stderr } = await warren([...command.split(" "), "--pile", empty]);
    expect([code, stdout, stderr]).toEqual([2, "", `warren: --pile: there is no file in ${empty}; skipped 1 symbolic link\n`]);
  });

  it("exits with 1 and names each file that could not be read", { tags: ["deep"] }, async (context) => {
    const unreadable = "/proc/sys/kernel/random"; // files that say they are empty and are not
    if (!(await access(unreadable).then(() => true, () => false))) context.skip();
    const { code, stdout, stderr } = await warren([...small, "--pile", unreadable]);
    expect(code).toBe(1);
    expect(stderr).toContain("warren: check failed: every file read");
    expect(stderr).toMatch(/^warren: uuid: changed: has more bytes than its size says$/m);
    expect(stdout).toContain("1 of 6 checks FAILED");
  });
});
