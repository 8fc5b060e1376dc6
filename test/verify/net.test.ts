// @module-tag deep
/** The faults of warren/net with few rounds. Skipped where there is no nats-server. */
import { describe, expect, test } from "vitest";
import { missingServer } from "../../verify/net/broker.ts";
import { runNet } from "../../verify/net/net.ts";
import { withNet } from "../../verify/net/page.ts";

const missing = missingServer();

test("a run takes the place of the last on the page", () => {
  const run = { lines: ["one", "two"], seconds: 1.4, command: "npm run verify:net -- --seed 1", when: "2026-12-01 abc1234" };
  const page = "# What\n\n- 2026-11-30: models\n- Node 24\n\n| layer |\n| soak | s | holds | 1 | r |\n\n## soak\n\nlines\n";
  const first = withNet(page, run);
  expect(first).toContain("- 2026-12-01: net on abc1234\n- Node 24\n");
  expect(first).toMatch(/\| net \|.*\| holds \| 1 \| `npm run verify:net -- --seed 1` \|\n\| soak/);
  expect(first).toContain("## net\n\n```text\none\ntwo\n```\n\n## soak\n");
  expect(withNet(first, { ...run, lines: ["three"] })).toBe(first.replace("one\ntwo", "three"));
  expect(() => withNet("# What\n", run)).toThrow("no layer soak");
});

describe.skipIf(missing !== undefined)(`faults over a network${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  test.each(["computing", "suspended", "refusals", "poison", "lost", "gone", "slow", "consumers", "producers", "broker"])("%s", async (only) => {
    const lines: string[] = [];
    const passed = await runNet({ rounds: 4, goneMs: 1500, values: 2000, seed: 20_261_201, only }, (line) => lines.push(line));
    console.log(lines.join("\n"));
    expect(passed, lines.join("\n")).toBe(true);
  });
});
