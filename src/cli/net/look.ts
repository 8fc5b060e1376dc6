/** `warren net status`, `queues` and `dump`: what the nodes and queues of a program do now. They change nothing. */
import type { JoinOptions, NodeReport } from "../../net/index.ts";
import type { QueueReport, ServerReport } from "../../net/inventory.ts";
import { textTable } from "../../lab/print/text-table.ts";
import { count, figure, printTime } from "../../lab/text.ts";
import { formatOf } from "../options/measuring.ts";
import { FileError, type Raw } from "../options/values.ts";
import { readable } from "../terminal/characters.ts";
import { EXIT, note, requireWritable, writeResult } from "../terminal/streams.ts";
import { VERSION } from "../terminal/version.ts";
import { joinOptions, reachServers, type RawServers } from "./servers.ts";

/** Formats of all three. */
export const LOOK_FORMATS = ["table", "json"] as const;

/** The options as commander gives them. */
export type RawLook = RawServers & Raw<"name" | "format" | "output", "quiet">;

/** In place of a program's name, to ask which programs there are. Its node asks and serves nothing. */
const ANY = "warren-net";
/** This process among the nodes that it asks, and others like it: none of them is shown. */
const OWN = /^warren-net-\d+$/;

/** `warren net status` */
export function status(raw: RawLook): Promise<number> {
  return looking(raw, async (options) => {
    const { Inventory } = await import("../../net/inventory.ts");
    await using inventory = await Inventory.open(options);
    const nodes = await asMember(options, async (net) => net.nodes());
    return { schema: "warren-net-status/1", name: options.name, servers: [options.servers].flat(), server: inventory.server, nodes: nodes.filter(({ node }) => !OWN.test(node)) };
  }, statusText);
}

/** `warren net queues` */
export function queues(raw: RawLook): Promise<number> {
  return looking(raw, async (options) => {
    const { Inventory } = await import("../../net/inventory.ts");
    await using inventory = await Inventory.open(options);
    if (!inventory.server.jetstream) throw new FileError("the server has no JetStream, so it keeps no queues: start it with nats-server --jetstream");
    return { schema: "warren-net-queues/1", name: options.name, queues: await inventory.queues() };
  }, queuesText);
}

/** `warren net dump` */
export function dump(raw: RawLook): Promise<number> {
  return looking(raw, async (options) => {
    const dumps = await asMember(options, async (net) => net.dumps());
    return { schema: "warren-net-dump/1", name: options.name, dumps: dumps.filter(({ node }) => !OWN.test(node)) };
  }, ({ name, dumps }) => (dumps.length === 0 ? noNode(name) : dumps.map(({ node, text }) => `node ${node}\n${text.trimEnd()}`).join("\n\n")));
}

async function looking<Data>(raw: RawLook, look: (options: JoinOptions) => Promise<Data>, print: (data: Data) => string): Promise<number> {
  const json = formatOf(raw, LOOK_FORMATS) === "json";
  const options = await joinOptions(raw, { name: raw.name ?? ANY, node: `warren-net-${process.pid}`, build: VERSION });
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  const { servers } = await reachServers(options);
  const found = { ...options, servers };
  const data = await look(raw.name === undefined ? { ...found, name: await onlyProgram(found, raw.quiet === true) } : found);
  await writeResult(json ? JSON.stringify(data, null, 2) : readable(print(data), raw), raw.output ?? null, null);
  return EXIT.fine;
}

/** The name of the program, if there is exactly one. @throws FileError */
async function onlyProgram(options: JoinOptions, isQuiet: boolean): Promise<string> {
  if (!isQuiet) note("looking two seconds for programs: give --name to skip that");
  const { Inventory } = await import("../../net/inventory.ts");
  await using inventory = await Inventory.open(options);
  const [name, ...others] = await inventory.programs();
  if (name === undefined) throw new FileError("no program has a queue on these servers, and no node gives a sign of life: start one with warren node, or name the program with --name");
  if (others.length > 0) throw new FileError(`there are ${others.length + 1} programs on these servers: choose one with --name: ${[name, ...others].join(", ")}`);
  return name;
}

/** Joins the program for a moment, with one thread that runs nothing. */
async function asMember<T>(options: JoinOptions, ask: (net: import("../../net/index.ts").Net) => Promise<T>): Promise<T> {
  const [{ start }, { join }] = await Promise.all([import("../../index.ts"), import("../../net/index.ts")]);
  await using rt = await start({ threads: 1 });
  await using net = await join(rt, options);
  return await ask(net);
}

function noNode(name: string): string {
  return `no node of ${name} is there: start one with warren node app.ts --name ${name}`;
}

interface Status {
  readonly name: string;
  readonly servers: readonly (string | undefined)[];
  readonly server: ServerReport;
  readonly nodes: readonly NodeReport[];
}

/** What one server and the nodes of a program are like, for people. */
export function statusText({ name, servers, server, nodes }: Status): string {
  const head = `${name} on ${servers.join(", ")}: nats-server ${server.version}, ${server.jetstream ? "with" : "without"} JetStream, ${count(nodes.length, "node")}`;
  if (nodes.length === 0) return `${head}\n${noNode(name)}`;
  const rows = nodes.map((its) => [its.node, its.build, String(its.pid), String(its.threads), printTime(its.upMs * 1e6), String(its.running), String(its.waiting), String(its.done), its.isDraining ? "draining" : its.tasks.map(({ name: task }) => task).join(", ") || "nothing"]);
  const waits = nodes.flatMap((its) => its.waits.map((wait) => `${its.node} waits outside: ${wait.name}, ${wait.count}, the oldest for ${printTime(wait.oldestMs * 1e6)}`));
  return [head, "", ...textTable([["node", "build", "process", "threads", "up for", "running", "waiting", "done", "serves"], ...rows], ["left", "left", "right", "right", "right", "right", "right", "right", "left"]), ...(waits.length === 0 ? [] : ["", ...waits])].join("\n");
}

/** The queues of a program, for people. */
export function queuesText({ name, queues: all }: { readonly name: string; readonly queues: readonly QueueReport[] }): string {
  if (all.length === 0) return `${name} has no queue`;
  const rows = all.map((its) => [its.queue, figure(its.values), figure(its.inHand), figure(its.capacity), printTime(its.leaseMs * 1e6), figure(its.dead), its.type]);
  return textTable([["queue", "values", "in hand", "capacity", "lease", "dead", "type"], ...rows], ["left", "right", "right", "right", "right", "right", "left"]).join("\n");
}
