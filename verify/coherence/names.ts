/** What a word of the arena is: its name in src/memory/layout.ts, and who shares it. */
import { CENTRAL_WORDS, PAGE, PAGE_SHIFT, PROCESSOR_WORDS, RECORD, SUPERBLOCK_WORDS, central, header, processor, superblock, TASK_WORDS, taskRecord, waiter } from "../../src/memory/layout.ts";
import { CLASS_WORDS, HEADER_MARK } from "../../src/memory/size-classes.ts";

/** Whose word it is: of the whole runtime, of one thread, of one channel, or of a record or block that passes from thread to thread. */
export type Owner = "runtime" | "thread" | "channel" | "record";

interface Name {
  readonly owner: Owner;
  readonly name: string;
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
interface Slots {
  readonly at: number;
  readonly words: number;
}

export class WordNames {
  readonly #i32: Int32Array;
  readonly #slots: readonly Slots[];
  /** Pages with scratch memory. */
  readonly #scratch = new Set<number>();

  constructor(i32: Int32Array, slots: readonly Slots[]) {
    this.#i32 = i32;
    this.#slots = slots;
    for (let index = 0; index < i32[superblock.threads]; index++) this.#scratch.add(i32[i32[superblock.processors] + index * PROCESSOR_WORDS + processor.scratch] >>> PAGE_SHIFT);
  }

  of(at: number): Name {
    const i32 = this.#i32;
    const processors = i32[superblock.processors];
    const map = i32[superblock.pageMap];
    if (at < SUPERBLOCK_WORDS) return { owner: "runtime", name: `superblock.${wordAt(superblock, at)}` };
    if (at < processors) return { owner: "runtime", name: `central.${wordAt(central, (at - SUPERBLOCK_WORDS) % CENTRAL_WORDS)}` };
    if (at < map) return { owner: "thread", name: `processor.${wordAt(processor, (at - processors) % PROCESSOR_WORDS)}` };
    if (at < i32[superblock.pages] * PAGE) return { owner: "runtime", name: at < i32[superblock.pageTable] ? "page map" : "page table" };
    return this.#inPage(at);
  }

  #inPage(at: number): Name {
    const i32 = this.#i32;
    const slots = this.#slots.find(({ at: from, words }) => at >= from && at < from + words);
    if (slots !== undefined) return { owner: "channel", name: "slots" };
    const page = at >>> PAGE_SHIFT;
    const mark = i32[i32[superblock.pageMap] + page];
    const words = CLASS_WORDS[mark - 1] ?? PAGE;
    const block = page * PAGE + Math.floor((at % PAGE) / words) * words;
    if (mark === HEADER_MARK) return { owner: "channel", name: `header.${wordAt(header, at - block)}` };
    if (this.#scratch.has(page)) return { owner: "thread", name: "scratch" };
    if (words === TASK_WORDS) {
      // By what the block was at the end. A block that was a payload once counts as a task's record.
      return { owner: "record", name: i32[block] === RECORD.wait ? `waiter.${wordAt(waiter, at - block)}` : `taskRecord.${wordAt(taskRecord, at - block)}` };
    }
    return { owner: "record", name: `block of ${words} words` };
  }
}
