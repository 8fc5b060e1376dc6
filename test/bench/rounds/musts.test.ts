import { describe, expect, test } from "vitest";
import { isComparedWith, isFor, judge, judgement, MUSTS, printBar, printJudgement, type Must } from "../../../bench/rounds/musts.ts";
import { SCENARIOS } from "../../../bench/rivals/scenarios.ts";
import { warrenContestants } from "../../../bench/ours/cases.ts";
import { made } from "./made.ts";

describe("the table", () => {
  test("names forms that are measured", () => {
    const measured = warrenContestants([1, 2]).map(({ subject }) => subject);
    for (const row of MUSTS) for (const threads of row.threads) expect(measured.some((subject) => isFor({ ...row, threads: [threads] }, subject)), `${row.scenario}/${row.form} on ${threads}`).toBe(true);
  });

  test("names scenarios that there are, and an aim is never below its must", () => {
    for (const { scenario, must, aim } of MUSTS) {
      expect(SCENARIOS).toContain(scenario);
      if (must?.kind === "rival" && aim?.kind === "rival") expect(aim.factor).toBeGreaterThanOrEqual(must.factor);
      if (must?.kind === "most" && aim?.kind === "most") expect(aim.value).toBeLessThanOrEqual(must.value);
      if (must?.kind === "form" && aim?.kind === "form") expect(aim.within).toBeLessThanOrEqual(must.within);
    }
  });
});

describe("a bar", () => {
  const go = made({ side: "go" }, 60, 60, 60, 60, 60);

  test("against a rival is cleared by the ratio of the medians", () => {
    const bar = { kind: "rival", rival: "go", factor: 0.6 } as const;
    expect(judgement("must", bar, made({}, 100, 100, 100, 300, 300), [go])).toEqual({ kind: "must", text: "0.6 × as good as go", ratio: 0.6, range: [0.2, 0.6], met: true });
    expect(judgement("must", bar, made({}, 101, 101, 101, 50, 50), [go]).met).toBe(false);
  });

  test("for a part of the rounds is cleared by so many of them", () => {
    const bar = { kind: "rival", rival: "go", factor: 0.6, ofRounds: 0.8 } as const;
    expect(judgement("must", bar, made({}, 100, 100, 100, 100, 999), [go]).met).toBe(true);
    expect(judgement("must", bar, made({}, 100, 100, 100, 999, 999), [go]).met).toBe(false);
    expect(printBar(bar, "ns")).toBe("0.6 × as good as go, in 80 % of the rounds");
  });

  test("for a part of the rounds needs all of three", () => {
    const bar = { kind: "rival", rival: "go", factor: 0.6, ofRounds: 0.8 } as const;
    expect(judgement("must", bar, made({}, 100, 100, 999), [go]).met).toBe(false);
  });

  test("against another scenario of a rival compares with that", () => {
    const batch = made({ scenario: "stream-batch" }, 15);
    const bar = { kind: "rival", rival: "go", scenario: "stream", factor: 4 } as const;
    expect(judgement("must", bar, batch, [go, made({ side: "go", scenario: "stream-batch" }, 1)])).toMatchObject({ text: "4 × as good as go's stream", ratio: 4, met: true });
  });

  test("against all peers counts the best of them, and no native program", () => {
    const peers = [go, made({ side: "ts-chan" }, 300), made({ side: "@thi.ng/csp" }, 150), made({ side: "message-port", threads: 2 }, 1)];
    expect(judgement("must", { kind: "peers" }, made({}, 100), peers)).toMatchObject({ ratio: 1.5, met: true });
    expect(judgement("must", { kind: "peers" }, made({}, 150), peers).met).toBe(false);
    expect(judgement("must", { kind: "peers" }, made({}, 100), [go])).toMatchObject({ ratio: null, met: null });
  });

  test("against another form compares with that of warren on as many threads", () => {
    const bar = { kind: "form", form: "hot loop", within: 1.5 } as const;
    const forms = [made({}, 100), made({ threads: 2 }, 1), made({ node: "26.0.0" }, 1)];
    expect(judgement("must", bar, made({ form: "await" }, 150), forms).met).toBe(true);
    expect(judgement("must", bar, made({ form: "await" }, 151), forms)).toMatchObject({ text: "within 1.5 × of hot loop", met: false });
  });

  test("with a limit needs no other figure", () => {
    expect(judgement("must", { kind: "most", value: 800 }, made({ scenario: "parked" }, 800), [])).toEqual({ kind: "must", text: "at most 800 B", ratio: null, range: null, met: true });
    expect(judgement("must", { kind: "most", value: 800 }, made({ scenario: "parked" }, 801), []).met).toBe(false);
  });

  test("without its rival has no figure to compare with", () => {
    const missing = judgement("must", { kind: "rival", rival: "piscina", factor: 12 }, made({}, 1), [go]);
    expect([missing.met, printJudgement(missing)]).toEqual([null, "must: 12 × as good as piscina: no figure to compare with"]);
  });
});

describe("a figure", () => {
  const rows: Must[] = [
    { scenario: "stream", form: "hot loop", threads: [1], must: { kind: "rival", rival: "go", factor: 0.5 }, aim: { kind: "rival", rival: "go", factor: 1 } },
    { scenario: "stream", form: "hot loop", threads: [2], aim: { kind: "most", value: 5 } },
  ];

  test("is judged by the rows for its form and threads", () => {
    const go = made({ side: "go" }, 60);
    expect(judge(made({}, 100), [go], rows).map(printJudgement)).toEqual(["must: 0.5 × as good as go: reached (0.600 ×, 0.600–0.600)", "aim: as good as go: MISSED (0.600 ×, 0.600–0.600)"]);
    expect(judge(made({ threads: 2 }, 5), [], rows).map(printJudgement)).toEqual(["aim: at most 5 ns: reached"]);
    expect(judge(made({ form: "await" }, 5), [go], rows)).toEqual([]);
  });

  test("of another Node is not judged, and nothing is compared with it", () => {
    const other = made({ node: "26.0.0" }, 1);
    expect(judge(other, [], rows)).toEqual([]);
    expect(isComparedWith({ kind: "form", form: "hot loop", within: 1 }, made({ form: "await" }, 1), other)).toBe(false);
  });
});
