/** Prints a schedule: a line for each step, a column for each thread, words by their names in memory/layout.ts. */
import { header, processor, superblock, taskRecord, waiter, PAGE_SHIFT, PROCESSOR_WORDS, SUPERBLOCK_WORDS, CENTRAL_WORDS, HEADER_WORDS, PAGE, WAITER_WORDS } from "../../src/memory/layout.ts";
import { CLASS_WORDS, HEADER_CLASS } from "../../src/memory/size-classes.ts";
import { KINDS, type Observer, type Thread } from "./machine.ts";
import { placeOf } from "./rewriting/sites.ts";

/** Widest column. */
const WIDTH = 72;

interface Line {
  readonly thread: number;
  readonly text: string;
}

export class Trace {
  readonly #lines: Line[] = [];

  readonly observe: Observer = (thread: Thread, kind: number, site: number, words: Int32Array, at: number, a: unknown, b: unknown, result: unknown) => {
    this.#lines.push({ thread: thread.index, text: `${placeOf(site)}: ${textOf(KINDS[kind], words, at, a, b, result)}` });
  };

  /** One column for each of `threads` threads; two side by side, more one below the other with the thread in front. */
  print(threads: number): string {
    return this.#lines.map(({ thread, text }, k) => `${String(k + 1).padStart(4)} ${threads === 2 ? (thread === 0 ? text.padEnd(WIDTH) : "".padEnd(WIDTH) + text) : `${"".padEnd(4 * thread)}T${thread} ${text}`}`).join("\n");
  }
}

function textOf(kind: string, words: Int32Array, at: number, a: unknown, b: unknown, result: unknown): string {
  if (kind === "choose") return `choose ${String(result)} of ${String(a)}`;
  if (kind === "die") return "DIES HERE";
  if (kind === "pause" || kind === "block") return kind === "pause" ? "pause" : "goes on";
  const word = nameOf(words, at);
  const value = word.includes(".send") || word.includes(".recv") ? sideText : String;
  if (kind === "load" || kind === "read") return `${kind} ${word} = ${value(result as number)}`;
  if (kind === "store" || kind === "write") return `${kind} ${word} ← ${value(a as number)}`;
  if (kind === "cas") return `cas ${word} ${value(a as number)} → ${value(b as number)}${result === a ? "" : `: no, ${value(result as number)}`}`;
  if (kind === "notify" || kind === "waitAsync") return `${kind} ${word} ${String(a)}${result === undefined ? ": not equal" : ""}`;
  return `${kind} ${word} ${value(a as number)} (was ${value(result as number)})`;
}

/** A side's word of a channel: position, bits, owner. */
function sideText(word: number): string {
  const bits = `${(word & 0x80) === 0 ? "" : " waited"}${(word & 0x100) === 0 ? "" : " closed"}${(word & 0x7f) === 0 ? "" : ` locked by T${(word & 0x7f) - 1}`}`;
  return `${word >>> 9}${bits}`;
}

function field(record: Readonly<Record<string, number>>, offset: number): string {
  return Object.entries(record).find(([, at]) => at === offset)?.[0] ?? `+${offset}`;
}

/** What a word is called. */
function nameOf(words: Int32Array, at: number): string {
  if (at < SUPERBLOCK_WORDS) return `superblock.${field(superblock, at)}`;
  const processors = words[superblock.processors];
  if (at < processors) return `central[${Math.floor((at - SUPERBLOCK_WORDS) / CENTRAL_WORDS)}]`;
  const index = Math.floor((at - processors) / PROCESSOR_WORDS);
  if (index <= words[superblock.threads]) return `T${index}.${field(processor, (at - processors) % PROCESSOR_WORDS)}`;
  const k = words[words[superblock.pageMap] + (at >>> PAGE_SHIFT)] - 1;
  const within = at & (PAGE - 1);
  if (k === HEADER_CLASS) return `channel${Math.floor(within / HEADER_WORDS)}.${field(header, within % HEADER_WORDS)}`;
  if (CLASS_WORDS[k] !== WAITER_WORDS) return `word ${at}`;
  const block = at - (within % WAITER_WORDS);
  const record = words[block] === 1 ? waiter : taskRecord;
  return `${words[block] === 1 ? "wait" : "task"}${Math.floor(within / WAITER_WORDS)}of${words[block + waiter.owner]}.${field(record, within % WAITER_WORDS)}`;
}

