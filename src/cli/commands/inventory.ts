/** `warren list` and `warren env`: what can be measured, and on what machine. */
import { readable } from "../terminal/characters.ts";
import { setTimeout } from "node:timers/promises";
import { findTaskset } from "../../lab/machine/affinity.ts";
import { nowNs } from "../../lab/machine/clock.ts";
import { environmentOf, printProcessors, readState, surroundings, type Environment } from "../../lab/machine/environment.ts";
import { EXPERIMENTS } from "../../lab/talk/gophers/experiments/catalogue.ts";
import type { Experiment } from "../../lab/talk/gophers/experiments/experiment.ts";
import { DESIGN_IDS, designOf } from "../../lab/talk/gophers/grid.ts";
import { SAYINGS } from "../../lab/talk/gophers/sayings.ts";
import { readText } from "../../lab/machine/kernel-files.ts";
import { PROGRAMS } from "../programs/catalogue.ts";
import { EXIT, requireWritable, textWidth, writeResult } from "../terminal/streams.ts";
import { formatOf } from "../options/measuring.ts";
import type { Raw } from "../options/values.ts";

/** Formats of both. */
export const INVENTORY_FORMATS = ["table", "json"] as const;

/** The options as commander gives them. */
type RawInventory = Raw<"format" | "output", "strict">;

/** `warren env` */
export async function env(raw: RawInventory): Promise<number> {
  const environment = await inventoried(raw, readEnvironment, printEnvironment);
  return raw.strict === true && environment.warnings.length > 0 ? EXIT.unsuitable : EXIT.fine;
}

/** `warren list` */
export async function list(raw: RawInventory): Promise<number> {
  await inventoried(raw, listing, printList);
  return EXIT.fine;
}

/** Writes `data` as JSON, or as text for people: `print` gets the width in characters. */
export async function inventoried<Data>(raw: RawInventory, data: () => Data | Promise<Data>, print: (data: Data, width: number) => string): Promise<Data> {
  const json = formatOf(raw, INVENTORY_FORMATS) === "json";
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  const found = await data();
  await writeResult(json ? JSON.stringify(found, null, 2) : readable(print(found, textWidth()), raw), raw.output ?? null, null);
  return found;
}

/** A design of a program: what it does, and for the gophers what each has and what the talk says. */
interface ListedDesign {
  readonly id: string;
  readonly work: string;
  readonly gophers?: number;
  readonly claim?: string;
}

/** A program, with what it can vary where it measures designs against each other. */
interface Listed {
  readonly name: string;
  readonly what: string;
  readonly claim?: string;
  readonly worlds?: Readonly<Record<string, string>>;
  readonly designs?: readonly ListedDesign[];
  readonly kernels?: Readonly<Record<string, string>>;
}

/** What can be done with a result or with one run. */
const TOOLS = [
  { name: "trace", what: "trace one run of a program: what ran when, as text or for Perfetto" },
  { name: "watch", what: "show a program on a live page: what runs, what waits, what it gains" },
  { name: "report", what: "write a result as one HTML file" },
  { name: "compare", what: "compare two results cell by cell: faster, slower, no difference found, or inconclusive" },
  { name: "node", what: "run tasks for other machines" },
  { name: "net", what: "show the nodes and queues of a program on several machines" },
  { name: "env", what: "show this machine, and anything that makes measurements unreliable" },
] as const;

/** The experiments, with about how long each takes. */
export function experimentListing(): { experiments: Pick<Experiment, "name" | "what" | "seconds">[] } {
  return { experiments: EXPERIMENTS.map(({ name, what, seconds }) => ({ name, what, seconds })) };
}

/** What can be measured. */
function listing(): { programs: Listed[]; tools: typeof TOOLS } & ReturnType<typeof experimentListing> {
  return {
    ...experimentListing(),
    tools: TOOLS,
    programs: [
      {
        name: "gophers",
        what: "burn a pile of books in eleven designs: gains from concurrency and from parallelism",
        worlds: { cpu: "every step computes", wait: "every step waits", mixed: "half and half", pile: "real files, with --pile DIR" },
        designs: DESIGN_IDS.map((id) => {
          const { gophers, piles, cartsTotal: carts, dumps, incinerators, messagesPerLoad } = designOf(id);
          const [work, claim] = SAYINGS[id];
          return { id, gophers, piles, carts, dumps, incinerators, messagesPerLoad, work, claim };
        }),
      },
      {
        name: "dot",
        what: "the dot product of two vectors: parallel, not concurrent",
        designs: [
          { id: "loop", work: "one loop over the whole vectors, on one thread" },
          { id: "chunks", work: "a fixed grid of chunks, shared out over the threads" },
        ],
        kernels: { js: "a plain loop", simd: "WebAssembly with 128-bit vectors" },
      },
      ...PROGRAMS.map(({ name, what, claim }) => ({ name, what, claim })),
      { name: "bench", what: "what channel, select and task operations cost" },
    ],
  };
}

/** The list for people. */
function printList({ programs, experiments, tools }: ReturnType<typeof listing>, width: number): string {
  const lines: string[] = [];
  for (const program of programs) {
    const said = program.claim === undefined ? "" : `  (${program.claim})`;
    const title = `${program.name.padEnd(8)} ${program.what}`;
    lines.push(title.length + said.length <= width ? title + said : title);
    for (const design of program.designs ?? []) {
      const about = design.gophers !== undefined ? `${String(design.gophers).padStart(2)} gopher${design.gophers === 1 ? " " : "s"}  ${design.work}` : design.work;
      const claim = design.claim !== undefined ? `  (${design.claim})` : "";
      const line = `  ${design.id.padEnd(6)} ${about}`;
      lines.push(line.length + claim.length <= width ? line + claim : line);
    }
    if (program.worlds !== undefined) lines.push(...Object.entries(program.worlds).map(([name, what]) => `  --world ${name.padEnd(6)} ${what}`).filter((line) => !line.includes("--world pile")));
    if (program.kernels !== undefined) lines.push(...Object.entries(program.kernels).map(([name, what]) => `  --kernel ${name.padEnd(5)} ${what}`));
    if (program.designs !== undefined) lines.push("");
  }
  lines.push("", "experiment NAME: test a prediction of the model", ...experiments.map(({ name, what }) => `  ${name.padEnd(8)} ${what}`));
  lines.push("", ...tools.map(({ name, what }) => `${name.padEnd(8)} ${what}`));
  return lines.join("\n").trimEnd();
}

/** Long enough to see what else is running, milliseconds. */
const LOOK_MS = 500;

/** The environment as it is during the next half second. */
async function readEnvironment(): Promise<Environment> {
  const { machine, before } = await surroundings(0);
  await setTimeout(LOOK_MS);
  return environmentOf(machine, before, readState(nowNs()), 0);
}

/** The environment for people: a name and a value a line; "not known" where it cannot be read. */
function printEnvironment(env: Environment): string {
  const lines: [string, string][] = [
    ["processor", env.cpu],
    ["cores", `${env.cores}, of which ${Number(env.usable.toFixed(2))} usable here`],
    ["affinity", env.affinity ?? "not known"],
    ["cgroup quota", env.quota === null ? "none found" : printProcessors(env.quota)],
    ["L2 cache", printBytes(env.caches.l2)],
    ["last-level cache", printBytes(env.caches.llc)],
    ["CPU governor", env.governor ?? "not known"],
    ["load", env.load.toFixed(2)],
    ["in half a second", `processes waited for a core ${printPart(env.during.pressure)}, stolen ${printPart(env.during.steal)}, throttled ${printPart(env.during.throttled)}`],
    ["CPU time", readText("/proc/thread-self/schedstat") === null ? "of threads, from Node; no run-queue wait: there is no schedstat" : "of threads, with run-queue wait (schedstat)"],
    ["--cpus", findTaskset() === null ? "not possible: there is no taskset" : "possible (taskset)"],
    ["platform", env.platform],
    ["Node", env.node],
    ["V8", env.v8],
    ["warnings", env.warnings.length === 0 ? "none" : env.warnings.join("; ")],
  ];
  return lines.map(([name, value]) => `${name.padEnd(18)}${value}`).join("\n");
}

function printPart(part: number | null): string {
  return part === null ? "not known" : `${(part * 100).toFixed(1)} %`;
}

function printBytes(size: number | null): string {
  return size === null ? "not known" : `${size / 1024} KiB`;
}
