/**
 * Builds the package: `node scripts/build.ts`.
 *
 * Cleans dist, emits JavaScript and declarations of src, workers and bench at
 * the same places under dist (tsconfig.build.json), copies what programs read at
 * run time (the scripts and styles of the report and of the page of warren watch; Go and C sources, the peers' package
 * files), and makes the command executable. Of the declarations it keeps those that
 * a user can see, without what is marked `@internal` (declarations/public-types.ts).
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bundle } from "./bundle/main.ts";
import { keepPublicTypes } from "./declarations/public-types.ts";

const ROOT = join(import.meta.dirname, "..");
const OUTPUT = "dist";
const COMMAND = "src/cli/main.js";
/** Files that tsc leaves alone and a program reads at run time. */
const ASSETS = [
  "src/lab/report/page/*",
  "src/lab/watch/page/{style.css,{story,view,view/stage}/*.js}",
  "bench/{programs,rivals}/go/*",
  "bench/rivals/*.{c,h}",
  "bench/rivals/peers/{package.json,package-lock.json,README.md}",
];

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

rmSync(join(ROOT, OUTPUT), { recursive: true, force: true });
execFileSync(process.execPath, [compiler, "--project", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
for (const file of globSync(ASSETS, { cwd: ROOT })) {
  const target = join(ROOT, OUTPUT, file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, file), target);
}
chmodSync(join(ROOT, OUTPUT, COMMAND), 0o755);
keepPublicTypes(join(ROOT, OUTPUT), ["src/index.d.ts", "src/net/index.d.ts", "src/lab/whatif/index.d.ts"]);
await bundle(ROOT, OUTPUT);
