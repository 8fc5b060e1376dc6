/** Marks of a run, checked one after the other against what a stage can show. */
import type { MarkLine, Stage } from "../../../src/lab/watch/protocol.ts";

type GopherStage = Extract<Stage, { program: "gophers" }>;

const BEGINS: ReadonlySet<string> = new Set(["load", "carry", "burn", "unload", "return", "walk"]);

/** What was counted. */
interface Counted {
  /** What is wrong, one line each. */
  readonly wrong: readonly string[];
  /** Books in the order in which they were burnt. */
  readonly burnt: readonly number[];
  /** Steps that ended, by name. */
  readonly steps: Readonly<Record<string, number>>;
}

/**
 * Gophers: every step has its end, a gopher does one step at a time, and a cart is in one
 * gopher's hands. At every moment all books are on piles, in carts, on staging piles or burnt.
 */
export function countBooks(stage: GopherStage, marks: readonly MarkLine[]): Counted {
  const wrong: string[] = [];
  const burnt: number[] = [];
  const steps: Record<string, number> = {};
  const heads = new Map(stage.gophers.map((head) => [head.n, head]));
  const gopherOf = new Map<number, number>();
  const doing = new Map<number, { readonly step: string; readonly cart: number }>();
  const holder = new Map<number, number>();
  const piles = stage.loads.map((loads) => loads * stage.booksPerCart);
  const staged = stage.loads.map(() => 0);
  const carts = new Map(stage.carts.map(({ n }) => [n, 0]));
  const all = piles.reduce((sum, books) => sum + books, 0);
  const total = (): number => [...piles, ...staged, ...carts.values()].reduce((sum, books) => sum + books, burnt.length);

  for (const [ms, task, , name, n] of marks) {
    const say = (text: string): unknown => wrong.push(`${ms.toFixed(3)} ms, gopher ${gopherOf.get(task)}: ${text}`);
    const head = heads.get(gopherOf.get(task) ?? -1);
    if (name === "gopher") gopherOf.set(task, n);
    else if (head === undefined) say(`${name} ${n} without a gopher`);
    else if (BEGINS.has(name)) {
      if (doing.has(task)) say(`${name} ${n} within ${doing.get(task)?.step}`);
      doing.set(task, { step: name, cart: n });
      if (name === "walk") continue;
      const place = stage.carts.find((cart) => cart.n === n);
      if (place === undefined || place.lane !== head.lane || place.leg !== head.leg) say(`${name}: cart ${n} is none of this team's`);
      if ((holder.get(n) ?? task) !== task) say(`${name}: cart ${n} is with gopher ${gopherOf.get(holder.get(n) as number)}`);
      holder.set(n, task);
      if (name !== "load") continue;
      const source = head.leg === 0 ? piles : staged;
      source[head.lane] = (source[head.lane] as number) - stage.booksPerCart;
      carts.set(n, stage.booksPerCart);
      if ((source[head.lane] as number) < 0) say("took a book from an empty pile");
    } else if (name === "burnt") {
      const { step, cart = -1 } = doing.get(task) ?? {};
      if (step !== "burn") say(`burnt ${n} within ${step}`);
      carts.set(cart, (carts.get(cart) as number) - 1);
      burnt.push(n);
    } else if (name === "done") {
      const { step, cart } = doing.get(task) ?? { step: "nothing", cart: n };
      if (cart !== n) say(`done ${n}, but it began ${step} ${cart}`);
      doing.delete(task);
      holder.delete(n);
      steps[step] = (steps[step] ?? 0) + 1;
      if (step === "unload") {
        staged[head.lane] = (staged[head.lane] as number) + (carts.get(n) as number);
        carts.set(n, 0);
      }
      if (step === "burn" && carts.get(n) !== 0) say(`cart ${n} is not empty after burning`);
    } else say(`an unknown mark ${name}`);
    if (total() !== all) say(`after ${name} ${n} there are ${total()} books, not ${all}`);
  }
  for (const [task, { step, cart }] of doing) wrong.push(`gopher ${gopherOf.get(task)} never ended ${step} ${cart}`);
  if (burnt.length !== all) wrong.push(`${burnt.length} of ${all} books were burnt`);
  return { wrong, burnt, steps };
}
