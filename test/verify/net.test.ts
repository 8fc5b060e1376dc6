// @module-tag deep
/** The faults of warren/net with few rounds. Skipped where there is no nats-server. */
import { describe, expect, test } from "vitest";
import { missingServer } from "../../verify/net/broker.ts";
import { runNet } from "../../verify/net/net.ts";

const missing = missingServer();

describe.skipIf(missing !== undefined)(`faults over a network${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  test.each(["computing", "suspended", "refusals", "poison", "lost", "gone", "slow", "consumers", "producers", "broker"])("%s", async (only) => {
    const lines: string[] = [];
    const passed = await runNet({ rounds: 4, goneMs: 1500, values: 2000, seed: 20_261_201, only }, (line) => lines.push(line));
    console.log(lines.join("\n"));
    expect(passed, lines.join("\n")).toBe(true);
  });
});
