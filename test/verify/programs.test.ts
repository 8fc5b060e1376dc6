// @module-tag deep
import { expect, test } from "vitest";
import { runPrograms } from "../../verify/programs/programs.ts";

test("40 random programs on two threads: every value is accounted for, and every task ends", { timeout: 720_000 }, async () => {
  const { passed, lines } = await runPrograms({ seed: 26, minutes: 0, each: 40 });
  console.log(lines.join("\n"));
  expect(passed, lines.join("\n")).toBe(true);
});
