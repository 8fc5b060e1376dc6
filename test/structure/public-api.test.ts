/** The public surface, `warren` and `warren/net`: exactly these names, each documented; and the table of error codes. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../src/index.ts";
import * as api from "../../src/index.ts";
import * as netApi from "../../src/net/index.ts";
import { ROOT, readSource, sourcesOf } from "./sources.ts";

const VALUES = [
  "Barrier", "Counter", "ERROR_CODES", "Guarded", "LIMITS", "Mutex", "Once", "Pool", "RwLock", "Semaphore", "SharedMap", "WaitGroup", "WarrenError", "after",
  "afterFunc", "array", "assertQuiet", "bool", "bytes", "chan", "chanOf", "context", "contextKey", "dot", "f64", "formatDump", "formatMetrics", "go", "group", "i32", "i64", "isMain",
  "json", "leftovers", "map", "mark", "named", "never", "oneshot", "optional", "parallelFor", "parallelMap", "parallelReduce", "registerError", "result", "run",
  "runtimes", "select", "shared", "sleep", "spawn", "start", "struct", "task", "ticker", "timer", "u32", "utf8", "value", "withValue", "yieldNow",
];
const TYPES = [
  "ArenaUse", "Calls", "Cases", "Chan", "Context", "ContextKey", "ContextOptions", "DotKernel", "DotOptions", "Dump", "ElementOf", "ErrorCode", "FieldsGuard", "FollowOptions",
  "Go", "Group", "GroupOptions", "Guard", "GuardedConstructor", "LeftObject", "Leftovers", "MetricsOptions", "ModuleRef", "OutsideWait", "ParallelOptions", "Parked", "ParkedReport", "Place", "PlainFields",
  "PoolOptions", "QuietOptions", "Receiver", "Result", "RunOptions", "Runtime", "RuntimeOptions", "RuntimeStats", "SelectOptions", "Selected", "Sender",
  "Sending", "SharedArray", "SharedArrays", "SharedMapConstructor", "SharedMapOptions", "Spawn", "StopOptions", "StuckReport", "StuckWait", "SyncConstructor",
  "SyncConstructors", "TaskReport", "ThreadLimits", "ThreadOptions", "ThreadReport", "ThreadStats", "Ticker", "TimedCall", "Timer", "Trace", "TraceBatch", "TraceEvent", "TraceOptions", "Tracing", "Type",
  "WaitOptions", "WaitReason",
];

const NET_VALUES = ["join", "traceparent"];
const NET_TYPES = [
  "CloseOptions", "Credentials", "DeadLetter", "Deliveries", "DeliveriesOptions", "Delivery", "Feed", "FeedOptions", "FeedReceiver", "JoinOptions", "Net", "NodeReport",
  "Queue", "QueueOptions", "QueueState", "RemoteOptions", "RemoteSpawn", "SendOptions", "ServeOptions", "ServedTask", "Serving", "TlsFiles",
];

interface Export {
  readonly name: string;
  readonly isType: boolean;
  readonly file: string;
}

/** An entry's statements, read: it holds re-exports and nothing else. */
function exportsOf(entry: string): Export[] {
  return [...readSource(entry).code.matchAll(/export (type )?\{([^}]+)\} from "\.\/([^"]+)";/g)].flatMap(([, typeOnly, names, file]) =>
    names.split(",").map((item) => {
      const [, isType, name] = /^\s*(type )?(\w+)\s*$/.exec(item) ?? [];
      return { name, isType: typeOnly !== undefined || isType !== undefined, file: `${dirname(entry)}/${file}` };
    }),
  );
}

describe.each([["src/index.ts", api, VALUES, TYPES], ["src/net/index.ts", netApi, NET_VALUES, NET_TYPES]] as const)("%s", (entry, module, values, types) => {
  const exported = exportsOf(entry);

test("src/lab/whatif/index.ts, the entry warren/lab, has exactly these names", async () => {
  expect(Object.keys(await import("../../src/lab/whatif/index.ts")).toSorted()).toEqual(["NotPredictable", "predict"]);
});

  test("is re-exports, nothing else", () => {
    expect(readSource(entry).code.replaceAll(/export (type )?\{[^}]+\} from "[^"]+";/g, "").trim()).toBe("");
  });

  test("exports exactly these values", () => {
    expect(Object.keys(module).toSorted()).toEqual(values);
    expect(exported.filter(({ isType }) => !isType).map(({ name }) => name).toSorted()).toEqual(values);
  });

  test("and exactly these types", () => {
    expect(exported.filter(({ isType }) => isType).map(({ name }) => name).toSorted()).toEqual(types);
  });
});

/** The calls are made in one piece; what each does stands in the interfaces of calls.ts. */
const CALLS_FILE = "src/runtime/api.ts";
const DOCUMENTED_AS: Record<string, [RegExp, string]> = {
  go: [/interface Go\b/, "src/runtime/calls.ts"],
  spawn: [/interface Spawn\b/, "src/runtime/calls.ts"],
  shared: [/interface SharedArrays\b/, "src/runtime/calls.ts"],
};

function declarationOf({ name, file }: Export): [RegExp, string] {
  if (file !== CALLS_FILE) return [new RegExp(`(async )?(abstract )?(function|class|const|interface|type) ${name}\\b`), file];
  if (/^[A-Z]/.test(name)) return [new RegExp(`readonly ${name}:`), "src/runtime/sync-constructors.ts"];
  return DOCUMENTED_AS[name] ?? [new RegExp(`\\n {2}${name}[<(]`), "src/runtime/calls.ts"];
}

describe("every export has a TSDoc comment", () => {
  test.each([...exportsOf("src/index.ts"), ...exportsOf("src/net/index.ts")].map((item) => [item.name, item] as const))("%s", (_name, item) => {
    const [declaration, file] = declarationOf(item);
    const { text } = readSource(file);
    const at = text.search(declaration);
    expect(at, `${item.name} is declared in ${file}`).toBeGreaterThanOrEqual(0);
    // The comment ends right before the declaration, but for modifiers.
    const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\/\/ oxlint[^\n]*\s*)?(export\s+)?(default\s+)?$/.exec(text.slice(0, at));
    expect(comment?.[1].trim(), `${item.name} in ${file} has a comment`).toBeTruthy();
  });
});

describe("error codes", () => {
  const codes = Object.keys(ERROR_CODES);
  const sources = sourcesOf("src", "workers").filter(({ path }) => path !== "src/errors.ts");
  const used = new Set([...readSource("src/errors.ts").code.split("class WarrenError")[1].matchAll(/"(ERR_[A-Z_]+)"/g), ...sources.flatMap(({ code }) => [...code.matchAll(/"(ERR_[A-Z_]+)"/g)])].map(([, code]) => code));

  test("each is raised somewhere in the source, and no other is", () => {
    expect([...used].toSorted()).toEqual(codes.toSorted());
  });

  test("comments name no other", () => {
    const named = sources.flatMap(({ path, text }) => [...text.matchAll(/\bERR_[A-Z_]+\b/g)].filter(([code]) => !codes.includes(code)).map(([code]) => `${path}: ${code}`));
    expect(named).toEqual([]);
  });

  const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
  const rowsOf = (prefix: string): string[][] => page.split("\n").filter((line) => line.startsWith(`| \`${prefix}`)).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));

  test("docs/errors.md has one row for each, in the order of the table, and no other", () => {
    const rows = rowsOf("ERR_");
    expect(rows.map(([code]) => code.replaceAll("`", ""))).toEqual(codes);
    for (const [code, meaning, advice, ...more] of rows) {
      expect(meaning.length, `${code} has a meaning`).toBeGreaterThan(10);
      expect(advice.length, `${code} says what to do`).toBeGreaterThan(10);
      expect(more).toEqual([]);
    }
  });

  test("and one for each warning", () => {
    // WARREN_NATS_USER and its like are read from the environment.
    const warnings = new Set(sources.flatMap(({ code }) => [...code.matchAll(/"(WARREN_(?!NATS_)[A-Z_]+)"/g)].map(([, warning]) => warning)));
    expect(rowsOf("WARREN_").map(([code]) => code.replaceAll("`", ""))).toEqual([...warnings].toSorted());
  });
});
