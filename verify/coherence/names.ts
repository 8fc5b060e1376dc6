/** What a word of the arena is: its name in src/memory/layout.ts, and who shares it. */
import { CENTRAL_WORDS, PROCESSOR_WORDS, RECORD, SUPERBLOCK_WORDS, central, header, processor, superblock, taskRecord, waiter } from "../../src/memory/layout.ts";
import { PAGE_SHIFT, PAGE } from "../../src/memory/layout.ts";
import { CLASS_WORDS, HEADER_MARK } from "../../src/memory/size-classes.ts";

/** Whose word it is: of the whole runtime, of one thread, of one channel, or of a record or block that passes from thread to thread. */
export type Owner = "runtime" | "thread" | "channel" | "record";

export interface Name {
  readonly owner: Owner;
  readonly name: string;
  /** Distinguishes the instances: the thread, the channel, the record. */
  readonly instance: string;
}

type Layout = Readonly<Record<string, number>>;

/** The word at an offset, or the one that begins before it: magazines and counters are several words. */
function wordAt(layout: Layout, offset: number): string {
  let name = "?";
  let from = -1;
  for (const [word, at] of Object.entries(layout)) if (at <= offset && at > from) [name, from] = [word, at];
  return name;
}

/** A channel's slots, from a word on. */
export interface Slots {
  readonly at: number;
  readonly words: number;
}

export class WordNames {
  readonly #i32: Int32Array;
  readonly #slots: readonly Slots[];
  readonly #scratch = new Map<number, number>();

  constructor(i32: Int32Array, slots: readonly Slots[]) {
    this.#i32 = i32;
    this.#slots = slots;
    for (let index = 0; index < i32[superblock.threads]; index++) this.#scratch.set(i32[i32[superblock.processors] + index * PROCESSOR_WORDS + processor.scratch] >>> PAGE_SHIFT, index);
  }

  of(at: number): Name {
    const i32 = this.#i32;
    const processors = i32[superblock.processors];
    const map = i32[superblock.pageMap];
    if (at < SUPERBLOCK_WORDS) return { owner: "runtime", name: `superblock.${wordAt(superblock, at)}`, instance: "" };
    if (at < processors) {
      const k = Math.floor((at - SUPERBLOCK_WORDS) / CENTRAL_WORDS);
      return { owner: "runtime", name: `central.${wordAt(central, (at - SUPERBLOCK_WORDS) % CENTRAL_WORDS)}`, instance: `${CLASS_WORDS[k]} words` };
    }
    if (at < map) {
      const index = Math.floor((at - processors) / PROCESSOR_WORDS);
      return { owner: "thread", name: `processor.${wordAt(processor, (at - processors) % PROCESSOR_WORDS)}`, instance: `${index}` };
    }
    if (at < i32[superblock.pages] * PAGE) return { owner: "runtime", name: at < i32[superblock.pageTable] ? "page map" : "page table", instance: `${at}` };
    return this.#inPage(at);
  }

  #inPage(at: number): Name {
    const i32 = this.#i32;
    const slots = this.#slots.find(({ at: from, words }) => at >= from && at < from + words);
    if (slots !== undefined) return { owner: "channel", name: "slots", instance: `${slots.at}` };
    const page = at >>> PAGE_SHIFT;
    const scratch = this.#scratch.get(page);
    const mark = i32[i32[superblock.pageMap] + page];
    const words = CLASS_WORDS[mark - 1] ?? PAGE;
    const block = page * PAGE + Math.floor((at % PAGE) / words) * words;
    if (mark === HEADER_MARK) return { owner: "channel", name: `header.${wordAt(header, at - block)}`, instance: `${block}` };
    if (scratch !== undefined) return { owner: "thread", name: "scratch", instance: `${block}` };
    if (words === 16) {
      const kind = i32[block];
      if (kind === RECORD.wait) return { owner: "record", name: `waiter.${wordAt(waiter, at - block)}`, instance: `${block}` };
      return { owner: "record", name: `taskRecord.${wordAt(taskRecord, at - block)}`, instance: `${block}` };
    }
    return { owner: "record", name: `block of ${words} words`, instance: `${block}` };
  }
}
