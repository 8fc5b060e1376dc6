/** The commands of several machines. What runs them is loaded when one of them is called. */
import type { Command } from "commander";
import { withFormat } from "../options/measuring.ts";
import { suggestion, UsageError } from "../options/values.ts";
import { withServers } from "./servers.ts";

/** What the commands get from the command line. */
interface Frame {
  /** Options, with those that came before the command. */
  readonly whole: (options: object) => object;
  readonly done: (code: number) => void;
  /** Makes a command below another, with its examples. */
  readonly add: (parent: Command, name: string, examples: readonly (readonly [command: string, what: string])[]) => Command;
}

const LOOK = ["table", "json"] as const;

/** Declares `warren node` and `warren net`. */
export function declareNet(program: Command, { whole, done, add }: Frame): void {
  withServers(add(program, "node", [
    ["warren node app.ts", "all tasks that app.ts exports"],
    ["warren node app.ts --serve resize,count", "some of them"],
    ["warren node app.ts --servers tls://nats:4222", "on another machine"],
    ["warren node --talk", "burn piles for warren gophers"],
  ])
    .summary("a process that runs tasks for other machines")
    .description("Run tasks for the other nodes of a program, until a signal comes. SIGTERM and Ctrl-C drain the node: it takes no more calls and ends when those that it has taken have ended.")
    .argument("[module]", "a module that exports tasks")
    .option("--serve <names>", "exported tasks to serve: resize,count or all (default: all)")
    .option("--talk", "serve warren's own tasks, for gophers --pile and sawzall; they read files, which must be at the same path on every node")
    .option("--name <name>", "name of the program: its nodes find each other by it (default: that of the module's package; with --talk: talk)")
    .option("--node <name>", "name of this node (default: machine and process)")
    .option("--build <version>", "version of the program: a call goes to nodes of the same (default: that of the module's package)")
    .option("--threads <n>", "threads (default: all usable cores)")
    .option("--limit <n>", "calls that run here at the same time (default: 64; with --talk as many as threads)")
    .option("--health <port>", "answer HTTP on this port of 127.0.0.1 (0: any free one): 200 while the node takes work, else 503")
    .option("--drain <time>", "on a signal: let calls go on so long (default: 30s)")
    .option("-q, --quiet", "no status lines"))
    .action(async (module: string | undefined, options: object) => done(await (await import("./node.ts")).node(module, whole(options))));

  const net = add(program, "net", [
    ["warren net status --name shop", "nodes: what they serve and do"],
    ["warren net queues --name shop", "queues: values, in hand, dead letters"],
    ["warren net dump --name shop", "what the tasks of each node wait for"],
  ])
    .summary("nodes and queues of a program on several machines")
    .description("Look at the nodes and queues of a program on several machines.")
    .usage("<command> [options]")
    .argument("[command]")
    .allowExcessArguments(true)
    .action((what: string | undefined) => {
      const names = net.commands.map((command) => command.name());
      throw new UsageError(what === undefined ? `net needs one of ${names.join(", ")}` : `there is no command ${JSON.stringify(what)} of net${suggestion(what, names)} (commands: ${names.join(", ")})`);
    });
  const looks = [
    ["status", "the nodes: what they serve, what runs and waits, since when they are up"],
    ["queues", "the queues: values, those in hand, capacity, lease, dead letters, type"],
    ["dump", "a dump of each node: tasks, channels, and what waits for what"],
  ] as const;
  for (const [name, what] of looks) {
    withServers(withFormat(add(net, name, [[`warren net ${name}`, "of the only program here"], [`warren net ${name} --name shop --format json`, "for a program"]]), LOOK))
      .summary(what.replace(/:.*/, ""))
      .description(`Show ${what}.`)
      .option("--name <name>", "name of the program (default: the only one on these servers)")
      .option("-q, --quiet", "no hints")
      .action(async (options: object) => done(await (await import("./look.ts"))[name](whole(options))));
  }
  withFormat(add(net, "bench", [["warren net bench --quick", "fewer and shorter runs"], ["warren net bench --filter deliver", "some of the rows"]]), LOOK)
    .summary("what remote tasks and queues cost here")
    .description("Measure what remote tasks, sends and deliveries cost on this machine, next to the bare NATS client and BullMQ. Starts servers of its own.")
    .option("--filter <text>", "only rows with this text in their name")
    .option("--quick", "fewer and shorter runs")
    .option("-q, --quiet", "no progress")
    .action(async (options: object) => done(await (await import("../commands/bench.ts")).bench("net", whole(options))));
}
