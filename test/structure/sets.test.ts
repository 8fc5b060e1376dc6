/** Every test is in one of the two sets: what `npm test` leaves out, `npm run test:all` finds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, sourcesOf } from "./sources.ts";

test("vitest.config.ts knows the helpers that tag some of their cases as deep", () => {
  const tagging = sourcesOf("test").filter(({ path, code }) => !path.endsWith(".test.ts") && code.includes('"deep"'));
  const names = tagging.flatMap(({ code }) => [...code.matchAll(/export function (\w+)\(/g)].map(([, name]) => name)).filter((name) => tagging.some(({ code }) => new RegExp(`function ${name}\\([^]*?"deep"`).test(code)));
  const [, known] = /const SOME_DEEP = \/"deep"\|\\b\(\?:([\w|]+)\)/.exec(readFileSync(join(ROOT, "vitest.config.ts"), "utf8")) ?? [];
  expect(known?.split("|").toSorted()).toEqual(names.toSorted());
});
