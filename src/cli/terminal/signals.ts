/** What can come while a command measures: the signals SIGUSR2, Ctrl-C and those that end a process, and warnings. */
import { blockChildren } from "../../lab/trial/process/parent.ts";
import { dumps } from "../../lab/trial/threads.ts";
import { note } from "./streams.ts";

/** Prints a dump of each open runtime, those in the processes of blocks included, whenever SIGUSR2 comes; the program continues. Windows has no such signal. */
export function dumpOnSignal(): void {
  if (process.platform === "win32") return;
  process.on("SIGUSR2", () => void printDumps());
}

async function printDumps(): Promise<void> {
  const children = blockChildren();
  const own = await dumps();
  if (own.length + children.length === 0) note("warren: no runtime is open in this process");
  for (const child of children) note(`warren: ${await child.dump()}`);
  for (const text of own) note(`warren: ${text}`);
}

/** The exit code after each signal that ends a measurement: Ctrl-C, `kill` or `timeout`, a terminal that was closed. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Name = keyof typeof CODES;

/** Of one Ctrl-C, `timeout` passes on a second signal within a few milliseconds. */
const SAME_MS = 50;

/** Below the line of progress, in which the terminal shows ^C. */
function onLineOfItsOwn(text: string): void {
  note(`\n${text}`);
}

/** Runs `work` with an `AbortSignal` that the first signal aborts: `work` stops after the current `part` and keeps what was measured. The second ends the process immediately. `say` tells the user. */
export async function interruptible<T>(part: string, work: (signal: AbortSignal) => Promise<T>, say: (text: string) => void = onLineOfItsOwn): Promise<T> {
  const controller = new AbortController();
  let firstMs = 0;
  const onSignal = (name: Name): void => {
    const nowMs = performance.now();
    if (controller.signal.aborted && nowMs - firstMs < SAME_MS) return;
    if (controller.signal.aborted) process.exit(CODES[name]);
    firstMs = nowMs;
    say(`stopping after this ${part}; what was measured is kept. ${name === "SIGINT" ? "Press Ctrl-C again" : "Send a second signal"} to quit immediately.`);
    controller.abort(name);
  };
  return listening(onSignal, () => work(controller.signal));
}

/** Runs `work`, of which nothing is left if a signal comes: that is printed, `nothing` says it, and the process ends. */
export async function allOrNothing<T>(nothing: string, work: () => Promise<T>): Promise<T> {
  const onSignal = (name: Name): void => {
    note(`\nwarren: interrupted: ${nothing}`);
    process.exit(CODES[name]);
  };
  return listening(onSignal, work);
}

async function listening<T>(onSignal: (name: Name) => void, work: () => Promise<T>): Promise<T> {
  const names = Object.keys(CODES) as Name[];
  for (const name of names) process.on(name, onSignal);
  try {
    return await work();
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}

/**
 * Resolves with the first signal, for a process that runs until one comes; the second ends
 * the process immediately. If another process has started it with a channel (`fork`), the
 * end of that process counts as a signal, too.
 */
export function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const first = (what: string): void => {
      firstMs ??= performance.now();
      resolve(what);
    };
    for (const name of Object.keys(CODES) as Name[]) {
      process.on(name, () => {
        if (firstMs !== undefined && performance.now() - firstMs >= SAME_MS) process.exit(CODES[name]);
        first(name);
      });
    }
    process.once("disconnect", () => first("the process that started this one has ended"));
    // Its listener would keep this process alive.
    process.channel?.unref();
  });
}

/** The exit code of what `interruptible` ran, once its signal is aborted. */
export function interruptedCode({ reason }: AbortSignal): number {
  return CODES[reason as Name];
}

/**
 * Runs `work`; returns its value and the warnings that Node or the runtime emitted
 * while it ran, each text once. They are held back, so that nothing is written
 * during a timed run.
 */
export async function withholdingWarnings<T>(work: () => Promise<T>): Promise<{ value: T; warnings: string[] }> {
  const usual = process.listeners("warning");
  const held = new Set<string>();
  const hold = (warning: Error): void => {
    held.add(warning.message);
  };
  process.removeAllListeners("warning");
  process.on("warning", hold);
  try {
    const value = await work();
    return { value, warnings: [...held] };
  } finally {
    process.off("warning", hold);
    for (const listener of usual) process.on("warning", listener);
  }
}
