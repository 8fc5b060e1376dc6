/** Fan-in: several channels become one, which carries the values of any input that is ready. Once with a task for each input, once with one select. */
import { chan, go, i32, select, struct, task, utf8, type Receiver, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const MESSAGES = 300;
const WORD = struct({ from: utf8, number: i32 });
interface Word {
  readonly from: string;
  readonly number: number;
}

const talk = task(import.meta, async function talk(from: string, out: Sender<Word>): Promise<void> {
  for (let number = 0; number < MESSAGES; number++) await out.send({ from, number });
  out.close();
});

function talking(from: string): Receiver<Word> {
  const out = chan(WORD);
  go(talk, from, out);
  return out;
}

/** A closure for each input. */
function fanIn(...inputs: readonly Receiver<Word>[]): Receiver<Word> {
  const out = chan(WORD);
  let open = inputs.length;
  for (const input of inputs) {
    go(async () => {
      for await (const word of input) await out.send(word);
      open--;
      if (open === 0) out.close();
    });
  }
  return out;
}

/** One closure and a select; an input that has ended is disabled. */
function fanInSelect(joe: Receiver<Word>, ann: Receiver<Word>): Receiver<Word> {
  const out = chan(WORD);
  go(async () => {
    let [a, b]: (Receiver<Word> | undefined)[] = [joe, ann];
    while (a !== undefined || b !== undefined) {
      const { case: from, value } = await select({ a, b });
      if (value !== undefined) await out.send(value);
      else if (from === "a") a = undefined;
      else b = undefined;
    }
    out.close();
  });
  return out;
}

export const fanInTasks = task(import.meta, async function fanInTasks(): Promise<PatternCheck[]> {
  return heard(fanIn(talking("Joe"), talking("Ann")));
});

export const fanInOneSelect = task(import.meta, async function fanInOneSelect(): Promise<PatternCheck[]> {
  return heard(fanInSelect(talking("Joe"), talking("Ann")));
});

async function heard(words: Receiver<Word>): Promise<PatternCheck[]> {
  const next: Record<string, number> = { Joe: 0, Ann: 0 };
  let inOrder = 0;
  for await (const { from, number } of words) if (number === next[from]) {
    next[from] = number + 1;
    inOrder++;
  }
  return [same("messages, each speaker's in order", 2 * MESSAGES, inOrder)];
}
