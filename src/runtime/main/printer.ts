/**
 * Prints what tasks have written (runtime/thread/lines.ts), in order, on the main
 * thread's standard output and error output.
 *
 * The queues of all threads are read twice. Whatever happened before a line of the
 * first reading was in its queue when that line came into its own, so the second
 * reading finds it; lines with larger numbers that the second reading finds are kept
 * for the next time. So no line has to be waited for, and a thread that dies between
 * taking a number and writing its line holds up nobody.
 *
 * Lines are also printed right before the process exits, and before the main thread
 * resumes its own waits, so that what the main thread prints comes after what happened
 * before. Not covered: a value that the main thread takes without waiting.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { setImmediate } from "../../host.ts";
import type { Arena } from "../../memory/arena.ts";
import { load } from "../../memory/atomics.ts";
import { superblock } from "../../memory/layout.ts";
import { type Line, type ThreadWarning, emitWarning } from "../thread/lines.ts";

interface Arrived extends Line {
  readonly port: MessagePort;
}

/** With one listener for all, because Node warns of more than ten. */
const open = new Set<Printer>();
function printAll(): void {
  for (const printer of open) printer.printLast();
}

export class Printer {
  readonly #arena: Arena;
  readonly #ports = new Set<MessagePort>();
  /** Read already, but something that happened before may not be. */
  #kept: Arrived[] = [];
  /** The counter of lines when all of them were printed. */
  #seen = 0;
  #isPrinting = false;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  open(): void {
    if (open.size === 0) process.on("exit", printAll);
    open.add(this);
  }

  /** Prints what is left. */
  close(): void {
    this.#print();
    open.delete(this);
    if (open.size === 0) process.off("exit", printAll);
    for (const port of this.#ports) port.close();
    this.#ports.clear();
  }

  /** A thread begins to print. */
  add(port: MessagePort): void {
    this.#ports.add(port);
    port.on("message", (message: Line | ThreadWarning) => {
      this.#arrived(message, port, this.#kept);
      this.#print();
    });
    port.unref();
  }

  /** A thread has ended. */
  remove(port: MessagePort): void {
    this.#print();
    this.#ports.delete(port);
    port.close();
  }

  /** The process exits. */
  printLast(): void {
    this.#print();
  }

  /** Prints what other threads have written before now. Costs one read if that is nothing. */
  look(): void {
    if (this.#arena.i32[superblock.lines] !== this.#seen) this.#print();
  }

  readonly #print = (): void => {
    // A write can run code of the program, which may end in here again.
    if (this.#isPrinting) return;
    this.#isPrinting = true;
    this.#seen = load(this.#arena.i32, superblock.lines);
    const lines = this.#kept;
    this.#read(lines);
    if (lines.length > 0) {
      const newest = lines.reduce((latest, { order }) => (isAfter(order, latest) ? order : latest), lines[0].order);
      this.#read(lines);
      lines.sort((a, b) => (a.order - b.order) | 0);
      const end = lines.findIndex(({ order }) => isAfter(order, newest));
      this.#kept = end < 0 ? [] : lines.splice(end);
      this.#write(lines);
      if (this.#kept.length > 0) setImmediate(this.#print).unref();
    }
    this.#isPrinting = false;
  };

  /** Adds what is in the queues now. */
  #read(into: Arrived[]): void {
    for (const port of this.#ports) {
      for (let found = receiveMessageOnPort(port); found !== undefined; found = receiveMessageOnPort(port)) this.#arrived(found.message as Line | ThreadWarning, port, into);
    }
  }

  #arrived(message: Line | ThreadWarning, port: MessagePort, into: Arrived[]): void {
    if ("warning" in message) emitWarning(...message.warning);
    else into.push({ ...message, port });
  }

  #write(lines: readonly Arrived[]): void {
    const written = new Map<MessagePort, number>();
    for (const { port } of lines) written.set(port, (written.get(port) ?? 0) + 1);
    const done = (): void => written.forEach((count, port) => port.postMessage(count));
    for (let from = 0, to = 0; from < lines.length; from = to) {
      // Lines that follow each other on one stream are one write.
      const { isError } = lines[from];
      while (to < lines.length && lines[to].isError === isError) to++;
      const stream = isError ? process.stderr : process.stdout;
      const text = Buffer.concat(lines.slice(from, to).map((line) => (typeof line.text === "string" ? Buffer.from(line.text) : line.text)));
      if (to < lines.length) stream.write(text);
      else stream.write(text, done);
    }
  }
}

/** The counter begins again at its smallest value after its largest. */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
