/** What the page about porting shows of a Go program and of its port is in their files, word by word. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";
import { blocksOf } from "./page.ts";

const PROGRAM = "workers/ports/computing/md5-tree";

test.each(["go", "ts"])("the %s text", (language) => {
  const file = readFileSync(join(ROOT, `${PROGRAM}.${language}`), "utf8");
  const blocks = blocksOf("docs/go/porting.md").filter((block) => block.language === language);
  expect(blocks.length).toBe(1);
  for (const { text } of blocks) expect(file).toContain(text);
});
