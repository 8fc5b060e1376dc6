/** The map in ARCHITECTURE.md and the tree: each folder has a row, and each path in the page exists. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";

const page = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");

/** Folders at a path, each with a slash at its end; those that begin with a dot are not the project's. */
function foldersIn(path: string, recursive: boolean): string[] {
  return readdirSync(join(ROOT, path), { recursive, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ parentPath, name }) => `${join(parentPath, name).slice(ROOT.length)}/`.replaceAll("\\", "/"));
}

test("each folder of src/ has a row", () => {
  const rows = new Set([...page.matchAll(/^\| `([\w/-]+\/)` \|/gm)].map(([, folder]) => folder));
  expect(foldersIn("src", true).filter((folder) => !rows.has(folder))).toEqual([]);
  for (const folder of ["src/", "workers/", "bench/", "scripts/", "docs/", "test/", "verify/"]) expect(rows).toContain(folder);
});

test("each folder of test/ and verify/ that is not a room of src/ is named", () => {
  const own = [...foldersIn("test", false).filter((folder) => !existsSync(join(ROOT, folder.replace("test/", "src/")))), ...foldersIn("verify", false)];
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((folder) => !page.includes(`\`${folder}\``))).toEqual([]);
});

test("each path in the page exists", () => {
  const paths = [...page.matchAll(/`((?:src|test|verify|workers|bench|scripts|docs)\/[\w./-]*)`/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(60);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
