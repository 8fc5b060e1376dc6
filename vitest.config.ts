/**
 * Which tests run when (CONTRIBUTING.md has the commands):
 *
 *   vitest run --mode quick   `npm test`: every layer once, in three minutes on two cores
 *   vitest run --mode deep    `npm run test:all`: all others
 *   vitest run FILE           every test of a file
 *
 * A test is deep if it is tagged: `{ tags: ["deep"] }` on a test or a `describe`, or
 * `@module-tag deep` in a file's first comment for all of its tests. A project says
 * what a file's tests start: nothing (`pure`), threads, or processes.
 */
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { defineConfig } from "vitest/config";

// Each thread that a test starts loads a hundred modules: Node strips and compiles each once, and keeps it there by content.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "warren-test-compile-cache");

const ALL_DEEP = /^ ?\*? ?.*@module-tag deep\b/m;
/** A tag in the file itself, or one of the helpers that give some of their cases the tag. */
const SOME_DEEP = /"deep"|\b(?:conformance|onPlacements|onThreads)\(/;

/** Files whose tests start no thread and no process. */
const PURE = [
  "test/bench/**",
  "test/cli/{options,print,saved}/**",
  "test/cli/net/{jobs,local-server,spread,texts}.test.ts",
  "test/cli/programs/several.test.ts",
  "test/cli/terminal/**",
  "test/docs/{links,porting,reliability,references,words,map,glossary}.test.ts",
  "test/lab/{figures,machine,talk}/**",
  "test/lab/*.test.ts",
  "test/lab/report/{html,labels,report,timeline-marks}.test.ts",
  "test/lab/trace/{analyse,chrome,coarse,factors,line,outside,states}.test.ts",
  "test/lab/watch/{commands,kept,measuring,reduce}.test.ts",
  "test/lab/watch/page/{join,motion,player,story}.test.ts",
  "test/lab/whatif/{exact,random,predict}.test.ts",
  "test/lab/trial/{effort,time-left,traced,trial,work}.test.ts",
  "test/memory/{arena,names,reclaim}.test.ts",
  "test/parallel/{dot-grid,kernel}.test.ts",
  "test/runtime/inspect/stuck-search.test.ts",
  "test/scheduler/{fifo,load,spin-budget}.test.ts",
  "test/structure/**",
  "test/trace/*.test.ts",
  "test/wait/{inbox,waiter}.test.ts",
  "test/workers/balance/heap.test.ts",
  "test/workers/gophers/{checks,config,design,frames,manifest,pile}.test.ts",
  "test/workers/sawzall-tables.test.ts",
];
/** Files among those that start threads or processes after all. */
const NOT_PURE = ["test/lab/schema.test.ts", "test/lab/talk/cells.test.ts", "test/lab/talk/gophers/experiments/runs.test.ts", "test/lab/machine/own-process.test.ts"];
/** Files whose tests start processes of their own. */
const PROCESSES = ["test/cli/**", "test/docs/**", "test/lab/**", "test/package/**", "test/process/**", "test/types/**", "test/verify/**", "test/workers/{examples,ports,uploads}.test.ts"];

/**
 * Forks, because worker threads segfault some native modules inside threads. Two at a
 * time, because the tests start threads themselves; three in the deep set, which waits more.
 * Node strips the types of .ts modules in each thread with WebAssembly. V8 13.6
 * now and then aborts ("jit_page.has_value()") when threads end while that is
 * still being optimised in the background, which tests do by the hundred.
 */
const FORKS = { pool: "forks" as const, execArgv: ["--liftoff-only"] };

const isAnyOf = (file: string, globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(file, glob));

/** What a test replaces by `vi.mock` must not be loaded before it: each of these files has a process of its own. */
const isMocking = (file: string): boolean => readFileSync(file, "utf8").includes("vi.mock(");

export default defineConfig(({ mode }) => {
  const files = globSync("test/**/*.test.ts").toSorted().filter((file) => {
    const text = readFileSync(file, "utf8");
    if (mode === "quick") return !ALL_DEEP.test(text);
    return mode !== "deep" || ALL_DEEP.test(text) || SOME_DEEP.test(text);
  });
  const pure = files.filter((file) => isAnyOf(file, PURE) && !isAnyOf(file, NOT_PURE));
  const processes = files.filter((file) => !pure.includes(file) && isAnyOf(file, PROCESSES));
  const threads = files.filter((file) => !pure.includes(file) && !processes.includes(file));
  const maxWorkers = mode === "deep" ? 3 : 2;
  return {
    test: {
      tags: [{ name: "deep", description: "not in the quick set" }],
      ...(mode === "quick" ? { tagsFilter: ["!deep"] } : mode === "deep" ? { tagsFilter: ["deep"] } : {}),
      setupFiles: ["test/seed.ts"],
      // Far more than any needs: it ends what hangs, also where ten processes share a core.
      testTimeout: 180_000,
      expect: { poll: { timeout: 20_000 } },
      hookTimeout: 120_000,
      projects: [
        { extends: true as const, test: { name: "pure", include: pure, pool: "threads" as const, isolate: false, maxWorkers: 2, sequence: { groupOrder: 0 } } },
        { extends: true as const, test: { name: "threads", include: threads.filter((file) => !isMocking(file)), ...FORKS, maxWorkers, isolate: false, sequence: { groupOrder: 1 } } },
        { extends: true as const, test: { name: "mocks", include: threads.filter(isMocking), ...FORKS, maxWorkers, sequence: { groupOrder: 2 } } },
        { extends: true as const, test: { name: "processes", include: processes, ...FORKS, maxWorkers, isolate: false, sequence: { groupOrder: 3 } } },
      ].filter(({ test }) => test.include.length > 0),
    },
  };
});
