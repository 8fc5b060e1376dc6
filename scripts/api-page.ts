/**
 * Writes docs/api.md from the source's own comments and types.
 *
 *   node scripts/api-page.ts           writes the page
 *   node scripts/api-page.ts --check   writes nothing; exit code 1 when the page is
 *                                      not what would be written
 *
 * Either way it fails when an export has no place on the page, has no comment, or
 * has a parameter or member that no comment explains.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Declaration, type Doc, type Member, declarationOf, exportsOf } from "./declarations/api-declarations.ts";

const PAGE = new URL("../docs/api.md", import.meta.url);

/** The groups of the page; names joined by `+` share an entry, that of the last. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Running: ["run", "RunOptions", "start", "RuntimeOptions", "ThreadOptions", "ThreadLimits", "Runtime", "StopOptions", "runtimes", "Calls"],
  Tasks: ["task", "ModuleRef", "isMain", "go+Go", "spawn+Spawn", "Place", "yieldNow", "Pool", "PoolOptions"],
  Channels: ["chan", "oneshot", "Chan", "Sender", "Receiver", "Sending", "WaitOptions"],
  "Select and time": ["select", "Cases", "SelectOptions", "Selected", "after", "timer", "Timer", "ticker", "Ticker", "afterFunc", "TimedCall", "never", "sleep"],
  Types: ["i32", "u32", "i64", "f64", "bool", "utf8", "bytes", "json", "value", "struct", "optional", "array", "map", "result", "Result", "chanOf", "Type", "ElementOf"],
  Coordination: ["shared+SharedArrays", "SharedArray", "Mutex", "RwLock", "Semaphore", "WaitGroup", "Once", "Barrier", "Counter", "Guarded", "FieldsGuard", "PlainFields", "Guard", "SharedMap", "SharedMapOptions", "named", "SyncConstructors", "SyncConstructor", "GuardedConstructor", "SharedMapConstructor"],
  Cancellation: ["context", "ContextOptions", "Context", "contextKey", "ContextKey", "withValue", "group", "GroupOptions", "Group"],
  Parallel: ["parallelFor", "parallelMap", "parallelReduce", "ParallelOptions", "dot", "DotOptions", "DotKernel"],
  Observing: ["formatDump", "formatMetrics", "MetricsOptions", "Dump", "ThreadReport", "TaskReport", "ParkedReport", "StuckReport", "StuckWait", "OutsideWait", "RuntimeStats", "ThreadStats", "Parked", "WaitReason", "ArenaUse", "Trace", "TraceEvent", "TraceOptions", "Tracing", "FollowOptions", "TraceBatch", "mark", "assertQuiet", "QuietOptions", "leftovers", "Leftovers", "LeftObject"],
  Errors: ["WarrenError", "ErrorCode", "ERROR_CODES", "registerError"],
  Limits: ["LIMITS"],
};
/** As GROUPS, of the entry `warren/net`. */
const NET_GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Several machines": ["join", "JoinOptions", "Credentials", "TlsFiles", "Net", "CloseOptions"],
  Queues: ["Queue", "QueueOptions", "SendOptions", "DeliveriesOptions", "Deliveries", "Delivery", "DeadLetter", "QueueState"],
  "Remote tasks": ["RemoteSpawn", "RemoteOptions", "ServeOptions", "Serving", "traceparent", "NodeReport", "ServedTask"],
  Feeds: ["Feed", "FeedOptions", "FeedReceiver"],
};
/** As GROUPS, of the entry `warren/lab`. */
const LAB_GROUPS: Readonly<Record<string, readonly string[]>> = {
  Prediction: ["predict", "PredictOptions", "Free", "HandOff", "Foreseen", "Prediction", "Limit", "LimitKind", "PathTask", "ModelCheck", "NotPredictable"],
};
const ENTRIES = [["src/index.ts", GROUPS], ["src/net/index.ts", NET_GROUPS], ["src/lab/whatif/index.ts", LAB_GROUPS]] as const;
/** Exports whose members the page leaves out, and what it says of them instead. */
const CLOSED: Readonly<Record<string, string>> = {
  Type: "Made by the names above; its members are the runtime's, but for `name`, its canonical text, such as `struct(n:i32,reply:chan(f64))`.",
  ERROR_CODES: "[errors.md](errors.md) has each with what to do about it.",
  Calls: "Its members are the free functions of this page, from `go` to `yieldNow`, and the constructors from `Mutex` to `SharedMap`.",
  SyncConstructors: "Its members are the constructors above, from `Mutex` to `SharedMap`.",
};

/** The page, and what is missing for it to be whole. */
export function renderApiPage(): { page: string; missing: string[] } {
  const missing: string[] = [];
  const files = new Map<string, string>();
  for (const [entry, groups] of ENTRIES) {
    const exported = exportsOf(entry);
    const placed = Object.values(groups).flatMap((names) => names.flatMap((name) => name.split("+")));
    for (const name of exported.keys()) if (!placed.includes(name)) missing.push(`${name} is in no group of scripts/api-page.ts`);
    for (const name of placed) if (!exported.has(name)) missing.push(`${name} is not exported`);
    for (const name of new Set(placed)) if (placed.indexOf(name) !== placed.lastIndexOf(name)) missing.push(`${name} is in two groups`);
    for (const [name, path] of exported) {
      if (files.has(name)) missing.push(`${name} is exported by two entries`);
      files.set(name, path);
    }
  }
  const groups = ENTRIES.flatMap(([, of]) => Object.entries(of));
  const lines = ["<!-- GENERATED from the source by `node scripts/api-page.ts`: do not edit. -->", "", "# API", "", "Every export of `warren`; at the end, from “Several machines” on, of `warren/net`; and in the last group of `warren/lab`. [guide.md](guide.md) teaches them in order, and [net.md](net.md) those of `warren/net`. Operations that can wait return their value or a promise of it (`T | Promise<T>`): `await` works on both. Where a code is named, the error is a `WarrenError` with that `code`; [errors.md](errors.md) explains each. Every free function throws `ERR_NO_RUNTIME` where no runtime runs, `ERR_WHICH_RUNTIME` on a main thread with several, and `ERR_RUNTIME_STOPPED` once its runtime has stopped.", ""];
  const anchors = anchorsOf(groups.flatMap(([title, names]) => [title].concat(names.map((name) => name.split("+")[0]))));
  let k = 0;
  for (const [title, names] of groups) {
    const of = `- [${title}](#${anchors[k++]}): `;
    lines.push(of + names.map((name) => `[${name.split("+")[0]}](#${anchors[k++]})`).join(" · "));
  }
  for (const [title, names] of groups) {
    lines.push("", `## ${title}`);
    for (const entry of names) {
      const [shown, ...types] = entry.split("+");
      const name = types[0] ?? shown;
      const path = files.get(name);
      if (path === undefined) continue;
      lines.push("", ...renderEntry(shown, types, declarationOf(name, path, (other) => files.has(other)), missing));
    }
  }
  return { page: `${lines.join("\n")}\n`, missing };
}

function renderEntry(shown: string, types: readonly string[], declaration: Declaration, missing: string[]): string[] {
  const { signature, members, doc } = declaration;
  const note = CLOSED[declaration.name];
  requireText(shown, declaration, missing);
  const text = types.length === 0 ? "" : ` \`${shown}\` has the type \`${types.join("`, `")}\`.`;
  const lines = [`### ${shown}`, "", "```ts", signature, "```", ""];
  doc.paragraphs.forEach((paragraph, k) => lines.push(`${codesOf(paragraph)}${k === doc.paragraphs.length - 1 ? text : ""}`, ""));
  if (note !== undefined) lines.push(note, "");
  for (const [param, what] of doc.params) lines.push(`- \`${param}\`: ${codesOf(what)}`);
  if (doc.params.size > 0) lines.push("");
  if (doc.throws !== undefined) lines.push(`Throws ${throwsOf(doc.throws)}.`, "");
  if (note === undefined) {
    for (const member of members) {
      requireText(`${shown}: ${member.name}`, member, missing);
      lines.push(`- \`${member.signature}\`${textOf(member.doc)}`);
    }
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A member's comment on one line. */
function textOf({ paragraphs, params, throws }: Doc): string {
  const parts = [...paragraphs.map(codesOf), ...[...params].map(([name, what]) => `\`${name}\`: ${what}`).map(sentence)];
  if (throws !== undefined) parts.push(`Throws ${throwsOf(throws)}.`);
  return parts.length === 0 ? "" : `: ${parts.map(sentence).join(" ")}`;
}

function sentence(text: string): string {
  return /[.:…]$/.test(text) ? text : `${text}.`;
}

function throwsOf(text: string): string {
  return codesOf(text).replace(/\.$/, "");
}

/** Error codes as code. */
function codesOf(text: string): string {
  return text.replaceAll(/(?<!`)\bERR_[A-Z_]+\b/g, "`$&`");
}

/** What everybody knows. */
const PLAIN = new Set(["[Symbol.dispose]", "[Symbol.asyncDispose]"]);

function requireText(where: string, { name, doc, params }: Member, missing: string[]): void {
  if (doc.paragraphs.length === 0 && !PLAIN.has(name)) missing.push(`${where} has no comment`);
  const words = [...doc.paragraphs, ...doc.params.keys()].join(" ");
  for (const param of params) {
    if (doc.params.has(param) || param === "options" || param === "args") continue;
    if (!words.includes(`\`${param}`)) missing.push(`${where} does not say what ${param} is`);
  }
}

/** The addresses of headings, in their order: of equal ones the second gets a number, as everywhere in Markdown. */
function anchorsOf(headings: readonly string[]): string[] {
  const used = new Map<string, number>([["api", 1]]);
  return headings.map((heading) => {
    const anchor = heading.toLowerCase().replaceAll(" ", "-");
    const count = used.get(anchor) ?? 0;
    used.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

function main(args: readonly string[]): number {
  const unknown = args.filter((arg) => arg !== "--check");
  if (unknown.length > 0) {
    console.error(`unknown argument ${unknown.join(" ")}; usage: node scripts/api-page.ts [--check]`);
    return 2;
  }
  const { page, missing } = renderApiPage();
  for (const line of missing) console.error(line);
  if (missing.length > 0) return 1;
  if (!args.includes("--check")) {
    writeFileSync(PAGE, page);
    return 0;
  }
  if (readFileSync(PAGE, "utf8") === page) return 0;
  console.error(`${fileURLToPath(PAGE)} is not what the source says: run \`node scripts/api-page.ts\``);
  return 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
