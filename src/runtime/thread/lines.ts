/**
 * What tasks print, in the order in which it happened. Node passes the output of a
 * thread to the main thread through a stream that waits for the main thread between
 * two writes, so lines of different threads are mixed up. Here a write goes to the main
 * thread immediately, with a number from a counter that all threads share: a line that
 * was printed before a message was sent has a smaller number than a line that the
 * receiver prints, and is in its port's queue before that line exists. Printer
 * (runtime/main/printer.ts) puts them in order.
 *
 * A program that does not print pays nothing. `write` keeps what Node promises: its
 * callback and "drain" come when the main thread has written the text.
 */
import type { MessagePort } from "node:worker_threads";
import type { Arena } from "../../memory/arena.ts";
import { add } from "../../memory/atomics.ts";
import { superblock } from "../../memory/layout.ts";

/** Text, code, and the lines of a stack trace. */
type Warning = [warning: string, code: string, site: string | undefined];

/** A warning of a thread, which Node's event of the main thread emits. */
export interface ThreadWarning {
  readonly warning: Warning;
}

export function warnMain(port: MessagePort, warning: Warning): void {
  const message: ThreadWarning = { warning };
  port.postMessage(message);
}

export function emitWarning(...[warning, code, site]: Warning): void {
  process.emitWarning(warning, { type: "WarrenWarning", code, ...(site === undefined ? {} : { detail: site }) });
}

/** One write of a thread. */
export interface Line {
  readonly order: number;
  readonly isError: boolean;
  readonly text: string | Uint8Array;
}

type Callback = (error?: Error | null) => void;

/**
 * From now on this thread prints through `port`. A stream is made when the thread first
 * prints: it takes time, and most threads print nothing. Returns a function that resolves when all is on its way.
 */
export function orderLines(arena: Arena, port: MessagePort): () => Promise<void> {
  /** The writes that the main thread has not written, in order. */
  const pending: Pending[] = [];
  const streams: NodeJS.WriteStream[] = [];
  for (const [isError, name] of [[false, "stdout"], [true, "stderr"]] as const) {
    const { get, set, ...rest } = Object.getOwnPropertyDescriptor(process, name) ?? {};
    let ordered: NodeJS.WriteStream | undefined;
    const ofTask = (): NodeJS.WriteStream => {
      if (ordered !== undefined) return ordered;
      ordered = get?.call(process) as NodeJS.WriteStream | undefined ?? process[name];
      orderWrites(ordered, isError, arena, port, pending);
      streams.push(ordered);
      return ordered;
    };
    // In Bun it is not made late.
    if (get === undefined) ofTask();
    else Object.defineProperty(process, name, { ...rest, set, get: ofTask });
  }
  // What was loaded before may already have a stream and keep it.
  if (/(?:^|\s)(?:--import|--require|-r|--loader|--experimental-loader)\b/.test(`${process.execArgv.join(" ")} ${process.env["NODE_OPTIONS"] ?? ""}`)) void [process.stdout, process.stderr];
  port.on("message", (written: number) => {
    for (const { callback } of pending.splice(0, written)) callback?.();
  });
  // A thread does not live on to print.
  port.unref();
  return async () => {
    await Promise.all(streams.map((stream) => new Promise<void>((resolve) => void stream.write("", () => resolve()))));
  };
}

interface Pending {
  readonly stream: NodeJS.WriteStream;
  readonly callback: Callback | undefined;
}

/** What is written to a stream goes through `port`, with its place among the writes of all threads. */
function orderWrites(stream: NodeJS.WriteStream, isError: boolean, arena: Arena, port: MessagePort, pending: Pending[]): void {
  const nodeWrite = stream.write.bind(stream);
  let waiting = 0;
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    // Node's own method throws what it throws for anything else.
    if (typeof chunk !== "string" && !(chunk instanceof Uint8Array)) return (nodeWrite as (...all: unknown[]) => boolean)(chunk, ...rest);
    const callback = rest.find((each) => typeof each === "function") as Callback | undefined;
    const encoding = rest.find((each) => typeof each === "string") as BufferEncoding | undefined;
    const text = typeof chunk === "string" && encoding !== undefined && encoding !== "utf8" ? Buffer.from(chunk, encoding) : chunk;
    const line: Line = { order: add(arena.i32, superblock.lines, 1), isError, text };
    port.postMessage(line);
    waiting += chunk.length;
    const isFull = waiting >= stream.writableHighWaterMark;
    pending.push({
      stream,
      callback: (error) => {
        waiting -= chunk.length;
        callback?.(error);
        if (isFull && waiting === 0) stream.emit("drain");
      },
    });
    return !isFull;
  };
  stream.write = write as typeof stream.write;
}
