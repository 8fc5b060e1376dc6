/**
 * Who may import whom. A *room* is a folder with the files directly in it: a folder's
 * own files are one room, each folder inside it is another. ROOMS lists them from the
 * ground up. A room imports only what its row names, and each of those is higher in the
 * list: so no import runs up. Type-only imports count.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readSource, sourcesOf } from "./sources.ts";

/** The files directly in src/ that know nothing of the project: every room may import them. */
const GROUND = ["src/errors.ts", "src/host.ts", "src/limits.ts"];

/** What each room imports besides its own files and the ground; `src/` is left out, `index` is src/index.ts. */
const ROOMS: Readonly<Record<string, string>> = {
  memory: "",
  wire: "memory",
  wait: "memory wire",
  trace: "memory wait",
  channel: "memory wire wait",
  "channel/time": "memory wire wait channel",
  sync: "memory wire wait",
  select: "memory wait channel",
  context: "memory wire wait channel sync",
  "shared-map": "memory wire wait channel sync",
  scheduler: "memory wait trace",
  "runtime/module": "",
  "runtime/task": "memory wire wait trace sync context scheduler runtime/module",
  "runtime/trace": "memory wait trace scheduler runtime/task",
  "runtime/thread": "memory wire wait trace channel sync context shared-map scheduler runtime/task runtime/trace",
  "runtime/inspect": "memory wire wait scheduler runtime/task runtime/thread",
  "runtime/main": "memory wire wait channel sync shared-map scheduler runtime/module runtime/thread",
  parallel: "memory wire wait context runtime/module runtime/thread",
  runtime: "memory wire wait trace channel channel/time sync select context shared-map parallel runtime/module runtime/task runtime/trace runtime/thread runtime/inspect runtime/main",
  index: "memory wire wait trace channel channel/time sync select context shared-map runtime/module runtime/task runtime/thread runtime/inspect runtime/main runtime parallel",
  "net/link": "wire wait channel runtime/inspect",
  "net/queue": "wire wait channel scheduler net/link",
  "net/tasks": "wire wait context scheduler runtime/module runtime/task runtime/inspect runtime net/link",
  "net/feed": "wire wait channel scheduler net/link",
  net: "wire context runtime/module runtime/thread runtime net/link net/queue net/tasks net/feed",
  "lab/machine": "",
  lab: "lab/machine",
  "lab/figures": "lab",
  "lab/print": "lab lab/figures",
  "lab/trace": "index lab lab/figures",
  "lab/trial": "index lab/machine lab lab/figures lab/trace",
  "lab/trial/process": "lab/machine lab/trial",
  "lab/talk": "workers index lab/machine lab lab/figures",
  "lab/talk/balance": "workers index lab/figures lab/talk",
  "lab/talk/dot": "workers parallel index lab/machine lab lab/trial",
  "lab/talk/gophers": "workers index lab lab/figures lab/trial",
  "lab/talk/measured": "lab/machine lab lab/trial lab/trial/process lab/talk/dot lab/talk/gophers",
  "lab/talk/gophers/experiments": "lab/machine lab lab/figures lab/trial lab/talk lab/talk/gophers lab/talk/measured",
  "lab/whatif": "index lab/machine lab lab/figures lab/trace",
  "lab/whatif/record": "workers index lab/figures lab/trial lab/talk/dot lab/talk/gophers lab/whatif",
  "lab/watch": "index lab/trace lab/talk/gophers",
  "lab/watch/programs": "workers index lab lab/figures lab/talk/gophers lab/watch",
  "lab/watch/session": "workers index lab/machine lab lab/figures lab/print lab/talk/gophers lab/talk/measured lab/whatif lab/whatif/record lab/watch lab/watch/programs",
  "lab/report/parts": "lab",
  "lab/watch/page": "lab/watch lab/report/parts",
  "lab/report/tables": "lab/machine lab lab/figures lab/print lab/report/parts",
  "lab/report/charts": "lab lab/figures lab/print lab/report/parts",
  "lab/report/timeline": "lab lab/figures lab/report/parts",
  "lab/report/whatif": "lab/machine lab lab/whatif lab/report/parts",
  "lab/report": "lab/machine lab lab/print lab/whatif lab/report/parts lab/report/tables lab/report/charts lab/report/timeline lab/report/whatif",
  "cli/print": "lab/machine lab lab/figures lab/print lab/trace lab/talk lab/whatif lab/report",
  "cli/options": "lab/machine lab lab/talk/dot lab/talk/gophers lab/talk/measured lab/whatif lab/watch",
  "cli/terminal": "lab lab/machine lab/trial lab/trial/process cli/options",
  "cli/watch": "lab/machine lab/watch lab/watch/session lab/watch/page cli/options cli/terminal",
  "cli/saved": "lab/machine lab lab/figures lab/trial lab/whatif cli/print cli/options cli/terminal",
  "cli/programs": "bench lab/machine lab/talk lab/talk/balance lab/talk/gophers cli/print cli/options cli/terminal",
  "cli/commands": "bench index lab/machine lab lab/figures lab/trace lab/trial lab/talk lab/talk/dot lab/talk/gophers lab/talk/measured lab/talk/gophers/experiments lab/whatif lab/whatif/record lab/watch lab/report/whatif cli/print cli/options cli/terminal cli/saved cli/programs",
  "cli/net": "workers runtime/module index net/link net lab/machine lab/print lab cli/options cli/terminal cli/commands",
  cli: "lab/trial/process cli/options cli/terminal cli/watch cli/programs cli/commands cli/net",
};
/** As many files as one takes in at a look. */
const MOST_FILES = 15;

/** What is directly in the repository. */
const TOP_LEVEL = [".ci", ".editorconfig", ".github", ".gitignore", ".oxlintrc.json", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "VERIFY.md", "bench", "docs", "knip.json", "package-lock.json", "package.json", "scripts", "src", "test", "tsconfig.build.json", "tsconfig.json", "verify", "vitest.config.ts", "workers"];
/** A checkout, or a folder of a user. Examples have `/path/to/…`, or a folder of the system. */
const LOCAL_PATH = /(?<![\w.}-])\/(?:work|root|home\/\w+|Users\/\w+)\/[\w.-]+\/[\w./-]+/;

/** `src/lab/trial/trial.ts` is in room `lab/trial`, `src/index.ts` in `index`, `workers/dot/config.ts` in `workers`. */
function roomOf(path: string): string {
  if (path === "src/index.ts") return "index";
  return path.startsWith("src/") ? dirname(path).slice("src/".length) : path.split("/")[0];
}

const src = sourcesOf("src");
const rooms = [...new Set(src.map(({ path }) => roomOf(path)))].filter((room) => room !== "");

describe("rooms", () => {
  test("the table has each room once", () => {
    expect(Object.keys(ROOMS).toSorted()).toEqual(rooms.toSorted());
  });

  test("a row names rooms above it, and programs", () => {
    const names = Object.keys(ROOMS);
    const wrong = names.flatMap((room, k) => ROOMS[room].split(" ").filter((other) => other !== "" && other !== "workers" && other !== "bench" && !names.slice(0, k).includes(other)).map((other) => `${room}: ${other}`));
    expect(wrong).toEqual([]);
  });

  test.each(Object.keys(ROOMS))("%s imports what its row names, and nothing else", (room) => {
    const files = src.filter(({ path }) => roomOf(path) === room);
    const imported = new Set(files.flatMap(({ imports }) => imports.filter((target) => !GROUND.includes(target)).map(roomOf)).filter((other) => other !== room));
    expect([...imported].toSorted()).toEqual(ROOMS[room].split(" ").filter((other) => other !== "").toSorted());
  });

  test("errors.ts and limits.ts import nothing, host.ts only Node", () => {
    expect(GROUND.map((file) => [file, readSource(file).imports, readSource(file).packages])).toEqual([["src/errors.ts", [], []], ["src/host.ts", [], ["node:async_hooks", "node:timers", "node:url"]], ["src/limits.ts", [], []]]);
  });
});

describe("files", () => {
  const all = sourcesOf("src", "workers", "bench", "verify", "test", "scripts");
  const importsOf = new Map(all.map(({ path, imports }) => [path, imports.filter((target) => target.endsWith(".ts"))]));

  test("every import names a file that is there", () => {
    const missing = all.filter(({ path }) => !path.startsWith("test/")).flatMap(({ path, imports }) => imports.filter((target) => target.endsWith(".ts") && !importsOf.has(target)).map((target) => `${path} imports ${target}`));
    expect(missing).toEqual([]);
  });

  test("none imports itself by way of others", () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
      if (trail.includes(path) || done.has(path)) return;
      for (const target of importsOf.get(path) ?? []) walk(target, [...trail, path]);
      done.add(path);
    };
    for (const path of importsOf.keys()) if (!path.startsWith("test/")) walk(path, []);
    expect(circles).toEqual([]);
  });

  /** Those of git, and those that the next commit would add. */
  const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file)));

  test("the top level has these, and no output of a tool", () => {
    expect([...new Set(tracked.map((file) => file.split("/", 1)[0]))].toSorted()).toEqual(TOP_LEVEL);
  });

  test("none names a folder of somebody's machine", () => {
    const wrong = tracked.flatMap((file) => {
      const [found] = LOCAL_PATH.exec(readFileSync(join(ROOT, file), "utf8")) ?? [];
      return found === undefined ? [] : [`${file}: ${found}`];
    });
    expect(wrong).toEqual([]);
  });

  test(`no folder has more than ${MOST_FILES} directly in it`, () => {
    const count = new Map<string, number>();
    for (const folder of tracked.filter((file) => file.includes("/")).map(dirname)) count.set(folder, (count.get(folder) ?? 0) + 1);
    expect([...count].filter(([, files]) => files > MOST_FILES)).toEqual([]);
  });
});

describe("programs use the public entry", () => {
  test("bench/ does not reach below the entry", () => {
    const wrong = sourcesOf("bench").flatMap(({ path, imports }) => imports.filter((target) => /^src\/(memory|wire|wait|trace|sync|channel|select|context|scheduler|runtime)\//.test(target)).map((target) => `${path} imports ${target}`));
    expect(wrong).toEqual([]);
  });

  test("workers/ imports src/index.ts and its own files, the loop of the threads apart", () => {
    const programs = sourcesOf("workers").filter(({ path }) => path !== "workers/processor.ts");
    const wrong = programs.flatMap(({ path, imports }) => imports.filter((target) => target !== "src/index.ts" && !target.startsWith("workers/")).map((target) => `${path} imports ${target}`));
    expect(wrong).toEqual([]);
    expect(readSource("workers/processor.ts").imports).toEqual(["src/runtime/thread/thread.ts"]);
  });

  test("no program of the talk uses a lock", () => {
    const locks = sourcesOf("workers").filter(({ path, code }) => !path.startsWith("workers/ports/") && /\b(Mutex|RwLock|Semaphore|Barrier|Once|WaitGroup|Counter)\b/.test(code));
    expect(locks.map(({ path }) => path)).toEqual([]);
  });

  test("the lab reaches under the entry only for the kernels that it measures and for limits", () => {
    const below = src.filter(({ path }) => roomOf(path).startsWith("lab")).flatMap(({ imports }) => imports.filter((target) => !/^(src\/(lab\/|index\.ts|errors\.ts|limits\.ts|parallel\/)|workers\/)/.test(target)));
    expect(below).toEqual([]);
  });
});

describe("what only one place may name", () => {
  const filesWith = (pattern: RegExp): string[] => src.filter(({ code }) => pattern.test(code)).map(({ path }) => path);

  test("Atomics: memory/atomics.ts, so that tests can replace it", () => {
    expect(filesWith(/\bAtomics\b/)).toEqual(["src/memory/atomics.ts"]);
  });

  test("the clock and timers of Node below the lab: host.ts, so that a test's fake timers do not reach the runtime", () => {
    const below = src.filter(({ path }) => !/^(lab|cli)\b/.test(roomOf(path)) && path !== "src/host.ts");
    const taken = (code: string): string[] => (/import \{([^}]*)\} from "[./]*\/host\.ts"/.exec(code)?.[1] ?? "").split(",").map((name) => name.trim());
    const wrong = below.flatMap(({ path, code }) => ["performance", "setTimeout", "clearTimeout", "setImmediate", "setInterval", "clearInterval"].filter((name) => new RegExp(`(?<![\\w.])${name}\\b(?=[.(])`).test(code) && !taken(code).includes(name)).map((name) => `${path}: ${name}`));
    expect(wrong).toEqual([]);
  });

  test("threads and ports: runtime/pool.ts", () => {
    expect(filesWith(/\bnew\s+(Piscina|MessageChannel|Worker|BroadcastChannel)\b/)).toEqual(["src/runtime/main/pool.ts"]);
    expect(src.filter(({ packages }) => packages.some((name) => name.startsWith("comlink") || name === "piscina")).every(({ path }) => path.startsWith("src/runtime/"))).toBe(true);
  });

  test("no layer below the lab prints", () => {
    const quiet = src.filter(({ path }) => !/^(lab|cli)\b/.test(roomOf(path)));
    expect(quiet.filter(({ code }) => /\bconsole\.\w+\(|process\.(stdout|stderr)\.write\((?!"")/.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test("no text becomes code, and no function becomes text", () => {
    expect(filesWith(/\beval\(|new Function\(|\.toString\(\)\s*\+\s*"\)\("|from "node:vm"/)).toEqual([]);
  });
});
