/** Input for the programs that read files: the same for each call, of any size. */
import { mkdirSync, openSync, closeSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const FOLDER_FILES = 100;
const BLOCK_BYTES = 1 << 20;
/** Words of the text; the first are the most frequent. */
const WORDS = 20_000;

/** Numbers from 0 to 2³² − 1 that depend only on the seed: xorshift32. */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

/** Writes `files` files of `bytes` bytes each below `root`, a hundred to a folder, in folders of folders. */
export function writeTree(root: string, files: number, bytes: number): void {
  const block = new Uint32Array(Math.ceil(bytes / 4) + files);
  const random = numbers(1);
  for (const i of block.keys()) block[i] = random.next().value;
  for (let i = 0; i < files; i++) {
    const folder = join(root, `part-${Math.floor(i / (FOLDER_FILES * FOLDER_FILES))}`, `folder-${Math.floor(i / FOLDER_FILES) % FOLDER_FILES}`);
    if (i % FOLDER_FILES === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${i}`), Buffer.from(block.buffer, 4 * i, bytes));
  }
}

/** Writes a text of about `bytes` bytes. The k-th word occurs about 1/k as often as the first. */
export function writeText(file: string, bytes: number): void {
  const random = numbers(2);
  const words = Array.from({ length: WORDS }, (_, k) => word(k));
  const out = openSync(file, "w");
  let text = "";
  for (let written = 0; written < bytes; ) {
    // Evenly on a logarithmic scale: Zipf's law.
    text += words[Math.floor(WORDS ** (random.next().value / 2 ** 32)) - 1];
    text += random.next().value % 12 === 0 ? ".\n" : " ";
    if (text.length < BLOCK_BYTES && written + text.length < bytes) continue;
    written += writeSync(out, text);
    text = "";
  }
  closeSync(out);
}

/** The k-th word: syllables, the fewer the more frequent it is. */
function word(k: number): string {
  const [consonants, vowels] = ["bdfglmnprst", "aeiou"];
  let text = "";
  for (let rest = k + 1; rest > 0; rest = Math.floor(rest / 55)) text += consonants[rest % 11]! + vowels[Math.floor(rest / 11) % 5]!;
  return text;
}
