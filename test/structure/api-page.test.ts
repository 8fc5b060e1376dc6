/** docs/api.md is what the source says: `node scripts/api-page.ts` writes it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderApiPage } from "../../scripts/api-page.ts";
import { ROOT } from "./sources.ts";

const { page, missing } = renderApiPage();

test("each export has its place, a comment, and a word on each parameter and member", () => {
  expect(missing).toEqual([]);
});

test("docs/api.md is up to date: else run `node scripts/api-page.ts`", () => {
  expect(readFileSync(join(ROOT, "docs/api.md"), "utf8")).toBe(page);
});

test("each link on it leads to a heading", () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replaceAll(" ", "-"));
  const anchors = new Set(headings.map((heading, k) => (headings.indexOf(heading) === k ? heading : `${heading}-${headings.slice(0, k).filter((other) => other === heading).length}`)));
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  expect(new Set(links).size).toBe(links.length);
});
