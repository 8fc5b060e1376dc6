/** Links between the pages lead somewhere, and the map in ARCHITECTURE.md names what there is. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";

const PAGES = ["README.md", "ARCHITECTURE.md", ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
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
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^https?:/.test(link));
  const wrong = links.filter((link) => {
    const [file, anchor] = link.split("#");
    const target = file === "" ? page : join(dirname(page), file);
    return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).has(anchor));
  });
  expect(wrong).toEqual([]);
});

describe("the map in ARCHITECTURE.md", () => {
  const map = read("ARCHITECTURE.md");

  test("names every folder of the source and of the tests, and every file and folder beside", () => {
    const folders = readdirSync(join(ROOT, "src")).filter((name) => statSync(join(ROOT, "src", name)).isDirectory());
    expect(folders.filter((name) => !map.includes(`\`src/${name}/\``))).toEqual([]);
    const own = readdirSync(join(ROOT, "test")).filter((name) => !name.startsWith(".") && statSync(join(ROOT, "test", name)).isDirectory() && !folders.includes(name));
    expect(own.filter((name) => !map.includes(`\`${name}/\``) && !map.includes(`\`test/${name}/`))).toEqual([]);
    for (const name of ["bench", "docs", "scripts", "workers"]) expect(map).toContain(`\`${name}/\``);
  });

  test("names nothing that is not there", () => {
    const paths = [...map.matchAll(/`((?:src|test|workers|bench|scripts|docs|memory|runtime)\/[\w./-]*)`/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, "src", path)))).toEqual([]);
  });
});
