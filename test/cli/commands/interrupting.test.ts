/** Signals: what was measured is printed and marked, and the exit code says which signal it was. */
import { describe, expect, it } from "vitest";
import type { Result } from "../../../src/lab/result.ts";
import type { ProgramReport } from "../../../src/lab/talk/report.ts";
import { warren, type Outcome } from "../warren-process.ts";

/** Runs a command and sends a signal `afterMs` after standard error has a text. */
function interrupted(args: readonly string[], text: string, signal: NodeJS.Signals = "SIGINT", afterMs = 0): Promise<Outcome> {
  let sent = false;
  return warren(args, {
    onStderr: (stderr, _interrupt, send) => {
      if (sent || !stderr.includes(text)) return;
      sent = true;
      setTimeout(send, afterMs, signal);
    },
  });
}

const SMALL = ["gophers", "--designs", "G1,G6", "--threads", "1", "--world", "wait", "--books", "12", "--unit", "1ms", "--runs", "1", "--warmup", "1", "--min-time", "1", "--blocks", "500", "--format", "json"];

describe("a measurement", { tags: ["deep"] }, () => {
  it.each([["SIGTERM", 143], ["SIGHUP", 129]] as const)("is kept on %s as on Ctrl-C, with exit code %i", async (signal, expected) => {
    const { code, stdout, stderr } = await interrupted(SMALL, "block 2 of", signal);
    expect(code).toBe(expected);
    expect(stderr).toContain("stopping after this run; what was measured is kept. Send a second signal to quit immediately.");
    const { config, cells } = JSON.parse(stdout) as Result;
    expect([config.interrupted, config.blocksDone >= 1, cells.length]).toEqual([true, true, 2]);
  });

  it("ends immediately on the second signal", async () => {
    let sent = 0;
    const { code, stdout } = await warren([...SMALL, "--books", "4000"], {
      onStderr: (stderr, _interrupt, send) => {
        if (sent === 0 && stderr.includes("measuring 2 cells")) {
          sent = 1;
          send("SIGTERM");
        } else if (sent === 1 && stderr.includes("to quit immediately")) {
          sent = 2;
          // One that comes at the same time is taken for the same.
          setTimeout(send, 100, "SIGTERM");
        }
      },
    });
    expect([code, stdout]).toEqual([143, ""]);
  });

  it("takes two signals that come together as one", async () => {
    let sent = false;
    const { code, stdout } = await warren(SMALL, {
      onStderr: (stderr, interrupt) => {
        if (sent || !stderr.includes("block 2 of")) return;
        sent = true;
        interrupt();
        interrupt();
      },
    });
    expect([code, (JSON.parse(stdout) as Result).config.interrupted]).toEqual([130, true]);
  });
});

describe("a program", () => {
  const report = (stdout: string): ProgramReport => JSON.parse(stdout) as ProgramReport;

  it("reports the parts that were complete", async () => {
    const { code, stdout, stderr } = await interrupted(["balance", "--simple", "--unit", "2ms", "--format", "json"], "simple balancer, 1 worker");
    expect(code).toBe(130);
    expect(stderr).toContain("stopping after this part; what was measured is kept. Press Ctrl-C again to quit immediately.");
    const { interrupted: isMarked, findings } = report(stdout);
    expect([isMarked, [...new Set(findings.map(({ part }) => part))]]).toEqual([true, ["simple balancer, 1 worker"]]);
  });

  it("says so for people", { tags: ["deep"] }, async () => {
    const { code, stdout } = await interrupted(["balance", "--simple", "--unit", "2ms"], "simple balancer, 1 worker", "SIGTERM");
    expect([code, stdout]).toEqual([143, expect.stringMatching(/^INTERRUPTED: these are the parts that were complete\. All 3 checks held; /m)]);
  });

  it("of which no part is complete prints one line", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await interrupted(["sieve", "--threads", "1", "--runs", "1000"], "warm-up\n");
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(/^warren: sieve was interrupted before a part was complete$/m);
  });

  it.each([
    [["search", "--unit", "0.1", "--queries", "400"], "search 1.0", "1.0: one backend after the other"],
    [["drivers", "--unit", "0.5", "--length", "800"], "one loop that polls all", "one loop that polls all"],
    [["replicas", "--unit", "0.5", "--queries", "2000"], "uniform latency, 1 replica", "latency uniform on 0 … 40 u"],
    [["patterns", "generator", "fan-in"], "generator", "generator: a function that returns a channel"],
    [["tasks", "--threads", "1"], "10,000 tasks", "1,000 tasks"],
  ])("%j keeps its first part", { tags: ["deep"] }, async (args, text, part) => {
    const { code, stdout } = await interrupted([...args, "--format", "json"], text);
    const { interrupted: isMarked, findings } = report(stdout);
    expect([code, isMarked, [...new Set(findings.map((finding) => finding.part))]]).toEqual([130, true, [part]]);
  });

  it("that repeats its runs keeps the rounds that were complete", { tags: ["deep"] }, async () => {
    const { code, stdout } = await interrupted(["sawzall", "test/cli", "--threads", "1", "--runs", "1000", "--format", "json"], "run 3 of 1000");
    const { interrupted: isMarked, config } = report(stdout);
    expect([code, isMarked, Number(config["runs"]) >= 2 && Number(config["runs"]) < 1000]).toEqual([130, true, true]);
  });
});

describe("an experiment", { tags: ["deep"] }, () => {
  const CARTS = ["experiment", "carts", "--repetitions", "200", "--loads", "4", "--unit", "0.2", "--format", "json"];

  it("keeps the repetitions that were complete", async () => {
    const { code, stdout } = await interrupted(CARTS, "repetition 2 of 200");
    const { interrupted: isMarked, config, findings } = JSON.parse(stdout) as ProgramReport;
    expect([code, isMarked, Number(config["repetitions"]) >= 1]).toEqual([130, true, true]);
    expect(findings.some(({ kind }) => kind === "statistic")).toBe(true);
  });

  /** A run takes a second or more: a signal comes in the middle of the first. */
  const LONG = ["--repetitions", "200", "--loads", "100", "--unit", "4", "--format", "json"];
  const IN_FIRST_RUN_MS = 300;

  it("keeps the points that it has measured in the first repetition", async () => {
    const { code, stdout } = await interrupted(["experiment", "carts", ...LONG], "repetition 1 of 200", "SIGINT", IN_FIRST_RUN_MS);
    const { config, findings, series, conclusion } = JSON.parse(stdout) as ProgramReport;
    expect([code, config["repetitions"], conclusion]).toEqual([130, 0, "No repetition is complete, so no prediction was tested."]);
    expect([findings.every(({ kind }) => kind === "check"), (series[0]?.rows.length ?? 0) >= 1]).toEqual([true, true]);
  });

  it("of all prints those that were complete", async () => {
    const { code, stdout, stderr } = await interrupted(["experiment", "all", ...LONG], "repetition 1 of 200", "SIGTERM", IN_FIRST_RUN_MS);
    const { reports } = JSON.parse(stdout) as { reports: ProgramReport[] };
    expect([code, reports.map(({ program }) => program), stderr.match(/repetition/g)?.length]).toEqual([143, ["experiment designs"], 1]);
  });
});

describe("a trace, of which no part makes sense,", { tags: ["deep"] }, () => {
  it("ends with one line", async () => {
    const { code, stdout, stderr } = await interrupted(["trace", "balance"], "simple balancer, 1 worker");
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(/^warren: interrupted: no trace was written\n$/m);
  });
});

describe("the benchmarks", { tags: ["deep"] }, () => {
  it("print what was measured until then", async () => {
    const { code, stdout } = await interrupted(["bench", "--filter", "select", "--quick", "--format", "json"], "round 2 of 3");
    const { interrupted: isMarked, rows, figures, failures } = JSON.parse(stdout) as { interrupted: boolean; rows: unknown[]; figures: { readonly samples: unknown[] }[]; failures: unknown[] };
    expect([code, isMarked, rows.length, failures]).toEqual([130, true, 2, []]);
    expect(figures.every(({ samples }) => samples.length === 1)).toBe(true);
  });
});
