/**
 * The layers of ARCHITECTURE.md: lower ones never import higher ones, type-only
 * imports included. What is not in the table may not be imported at all.
 */
import { describe, expect, test } from "vitest";
import { readSource, sourcesOf } from "./sources.ts";

/** What each layer may import beside itself and the ground: errors.ts and limits.ts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  memory: [],
  sync: ["memory"],
  // Siblings: channel and select know no scheduler, the scheduler knows neither.
  channel: ["memory", "sync"],
  select: ["memory", "sync", "channel"],
  context: ["memory", "sync", "channel"],
  scheduler: ["memory", "sync"],
  runtime: ["memory", "sync", "channel", "select", "context", "scheduler"],
  parallel: ["memory", "sync", "channel", "select", "context", "scheduler", "runtime"],
  lab: ["index.ts", "parallel", "memory", "runtime", "workers"],
  cli: ["index.ts", "lab", "bench"],
  "index.ts": ["memory", "sync", "channel", "select", "context", "runtime", "parallel"],
};
const GROUND = ["errors.ts", "limits.ts"];

/** `src/memory/arena.ts` is of layer `memory`, `src/errors.ts` of `errors.ts`, `workers/dot.ts` of `workers`. */
const layerOf = (path: string): string => (path.startsWith("src/") ? path.split("/")[1] : path.split("/")[0]);

const src = sourcesOf("src");

test("the table knows every layer", () => {
  expect([...new Set(src.map(({ path }) => layerOf(path)))].toSorted()).toEqual([...Object.keys(MAY_IMPORT), ...GROUND].toSorted());
});

describe("lower layers never import higher ones", () => {
  test.each(Object.keys(MAY_IMPORT))("%s", (layer) => {
    const allowed = new Set([layer, ...GROUND, ...MAY_IMPORT[layer]]);
    const files = src.filter(({ path }) => layerOf(path) === layer);
    const wrong = files.flatMap(({ path, imports }) => imports.filter((target) => !allowed.has(layerOf(target))).map((target) => `${path} imports ${target}`));
    expect(files.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  test("errors.ts and limits.ts import nothing", () => {
    for (const file of GROUND) expect(readSource(`src/${file}`)).toMatchObject({ imports: [], packages: [] });
  });

  test("every import names a file that is there", () => {
    const all = sourcesOf("src", "workers", "bench");
    const files = new Set(all.map(({ path }) => path));
    const missing = all.flatMap(({ path, imports }) => imports.filter((target) => target.endsWith(".ts") && !files.has(target)).map((target) => `${path} imports ${target}`));
    expect(missing).toEqual([]);
  });
});

describe("programs use the public entry", () => {
  test("bench/ does not reach below the entry", () => {
    const wrong = sourcesOf("bench").flatMap(({ path, imports }) => imports.filter((target) => /^src\/(memory|sync|channel|select|scheduler|runtime)\//.test(target)).map((target) => `${path} imports ${target}`));
    expect(wrong).toEqual([]);
  });

  test("workers/ imports src/index.ts and its own files, the loop of the threads apart", () => {
    const programs = sourcesOf("workers").filter(({ path }) => path !== "workers/processor.ts");
    const wrong = programs.flatMap(({ path, imports }) => imports.filter((target) => target !== "src/index.ts" && !target.startsWith("workers/")).map((target) => `${path} imports ${target}`));
    expect(wrong).toEqual([]);
    expect(readSource("workers/processor.ts").imports).toEqual(["src/runtime/thread/thread.ts"]);
  });

  test("no program of the talk uses a lock", () => {
    const locks = sourcesOf("workers").filter(({ code }) => /\b(Mutex|RwLock|Semaphore|Barrier|Once|WaitGroup|Counter)\b/.test(code));
    expect(locks.map(({ path }) => path)).toEqual([]);
  });

  test("the lab reaches under the entry only for the kernels that it measures and for limits", () => {
    const below = src.filter(({ path }) => layerOf(path) === "lab").flatMap(({ imports }) => imports.filter((target) => !/^(src\/(lab\/|index\.ts|errors\.ts|limits\.ts|parallel\/)|workers\/)/.test(target)));
    expect(below).toEqual([]);
  });
});

describe("what only one place may name", () => {
  const filesWith = (pattern: RegExp): string[] => src.filter(({ code }) => pattern.test(code)).map(({ path }) => path);

  test("Atomics: memory/atomics.ts, so that tests can replace it", () => {
    expect(filesWith(/\bAtomics\b/)).toEqual(["src/memory/atomics.ts"]);
  });

  test("threads and ports: runtime/pool.ts", () => {
    expect(filesWith(/\bnew\s+(Piscina|MessageChannel|Worker|BroadcastChannel)\b/)).toEqual(["src/runtime/main/pool.ts"]);
    expect(src.filter(({ packages }) => packages.some((name) => name.startsWith("comlink") || name === "piscina")).every(({ path }) => path.startsWith("src/runtime/"))).toBe(true);
  });

  test("no layer below the lab prints", () => {
    const quiet = src.filter(({ path }) => !["lab", "cli"].includes(layerOf(path)));
    expect(quiet.filter(({ code }) => /\bconsole\.\w+\(|process\.(stdout|stderr)\.write\((?!"")/.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test("no text becomes code, and no function becomes text", () => {
    expect(filesWith(/\beval\(|new Function\(|\.toString\(\)\s*\+\s*"\)\("|from "node:vm"/)).toEqual([]);
  });
});
