/** Declares `warren watch`. What runs it is loaded when it is called. */
import type { Command } from "commander";
import { WATCHED } from "../../lab/watch/protocol.ts";
import type { RawWatch } from "../options/watch.ts";

/** Examples in the help. */
export const WATCH_EXAMPLES = [
  ["warren watch", "four gophers on two threads, in a browser"],
  ["warren watch --designs G7 --world cpu", "another design, computing"],
  ["warren watch --threads 16", "more threads than cores: predicted"],
  ["warren watch balance --present", "the load balancer, on a projector"],
  ["warren watch --record talk.html", "one run as a file, for slides"],
] as const;

/** What a command needs of the command line that it is part of. */
interface Surrounding {
  readonly whole: (options: RawWatch) => RawWatch;
  readonly done: (code: number) => void;
}

/** Declares the command. */
export function declareWatch(command: Command, { whole, done }: Surrounding): void {
  command
    .summary("a live page: what runs, what waits, what it gains")
    .description("Show a program of the talk on a page while it runs: gophers, carts and books, what each thread runs, and what structure and threads gain. The page is served to this machine only, until Ctrl-C ends it.")
    .argument("[program]", `${WATCHED.join(", ")} (default: gophers)`)
    .option("--designs <name>", "of gophers, a design: G1 … G11 (default: G6)")
    .option("--world <name>", "of gophers: cpu, wait or mixed (default: wait)")
    .option("--threads <n>", "threads; more than there are cores are predicted, not run (default: 2)")
    .option("--carts <n>", "of gophers: carts per team, in designs that pass carts between gophers: G5 G6 G7 G10 G11")
    .option("--unit <time>", "length of a step (default: 300ms)")
    .option("--port <n>", "port of the page; 0: any that is free (default: 0)")
    .option("--no-open", "open no browser")
    .option("--present", "large type, for a projector")
    .option("--record <file>", "no page: run once, and write the run as an HTML file")
    .option("-q, --quiet", "no progress")
    .action(async (_program: string | undefined, _options: object, self: Command) => done(await (await import("./watch.ts")).watch(whole(self.opts<RawWatch>()), self.args)));
}
