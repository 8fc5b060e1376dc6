/** Links between the pages lead somewhere, anchors included. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  "src/scheduler/README.md", "bench/rivals/README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** Where links to the headings of a page lead. */
function anchorsOf(page: string): Set<string> {
  const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, "");
  const seen: string[] = [];
  for (const [, heading] of text.matchAll(/^#+ (.*)$/gm)) seen.push(heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\-_ ]/gu, "").replaceAll(" ", "-"));
  return new Set(seen.map((anchor, k) => (seen.indexOf(anchor) === k ? anchor : `${anchor}-${seen.slice(0, k).filter((other) => other === anchor).length}`)));
}

test.each(PAGES)("links of %s", (page) => {
  const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)].map(([, link, image]) => link ?? image).filter((link) => !/^https?:/.test(link));
  const wrong = links.filter((link) => {
    const [file, anchor] = link.split("#");
    const target = file === "" ? page : join(dirname(page), file);
    return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).has(anchor));
  });
  expect(wrong).toEqual([]);
});
