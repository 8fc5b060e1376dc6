/**
 * Subscription: one loop and one select keep the state of a feed; a case that
 * makes no sense at the moment is disabled. Source: Gerrand and Pike, *Advanced Go
 * Concurrency Patterns* (2013).
 */
import { after, chan, go, i32, json, oneshot, select, sleep, spawn, struct, chanOf, task, utf8, type Chan, type Receiver, type Sender } from "../../src/index.ts";
import { same, within, type PatternCheck } from "./check.ts";

const WANTED = 60;
/** Items of one fetch; each fetch repeats the last item of the one before. */
const PAGE = 5;
const MOST_PENDING = 10;
const FETCH_EVERY_MS = 1;
const FAILING = 4;

interface Fetched {
  readonly items: readonly number[];
  readonly error: string;
}
const CLOSING = struct({ answer: chanOf(utf8) });

/** The feed: the fourth fetch fails; each fetch repeats an item that was seen before. */
const fetch = task(import.meta, async function fetch(first: number, attempt: number): Promise<Fetched> {
  await sleep(FETCH_EVERY_MS);
  if (attempt === FAILING) return { items: [], error: `fetch ${FAILING} failed` };
  return { items: Array.from({ length: PAGE + 1 }, (_, k) => first + k - 1).filter((item) => item >= 0), error: "" };
});

/** Fetches, keeps new items until they are received, and answers when asked to close; returns the maximum number of pending items. */
const subscribe = task(import.meta, async function subscribe(updates: Sender<number>, closing: Receiver<{ answer: Chan<string> }>): Promise<number> {
  const fetched = chan(json<Fetched>(), 1);
  const pending: number[] = [];
  const seen = new Set<number>();
  let [lastError, attempts, isFetching, mostPending] = ["", 0, false, 0];
  for (;;) {
    const [item] = pending;
    const happened = await select({
      // A fetch only if none is in progress and there is room for its items.
      time: !isFetching && pending.length < MOST_PENDING ? after(FETCH_EVERY_MS) : undefined,
      fetched: isFetching ? fetched : undefined,
      taken: item === undefined ? undefined : updates.sending(item),
      closing,
    });
    switch (happened.case) {
      case "time":
        isFetching = true;
        attempts++;
        go(async () => fetched.send(await spawn(fetch, seen.size, attempts)));
        break;
      case "fetched": {
        isFetching = false;
        const { items, error } = happened.value as Fetched;
        if (error !== "") lastError = error;
        for (const found of items) if (!seen.has(found)) {
          seen.add(found);
          pending.push(found);
        }
        mostPending = Math.max(mostPending, pending.length);
        break;
      }
      case "taken":
        pending.shift();
        break;
      case "closing":
        updates.close();
        await happened.value?.answer.send(lastError);
        return mostPending;
    }
  }
});

export const subscription = task(import.meta, async function subscription(): Promise<PatternCheck[]> {
  const [updates, closing, answer] = [chan(i32), chan(CLOSING), oneshot(utf8)];
  const feed = spawn(subscribe, updates, closing);
  let inOrder = 0;
  for (let k = 0; k < WANTED; k++) if ((await updates.recv()) === inOrder) inOrder++;
  await closing.send({ answer });
  const lastError = (await answer.recv()) ?? "none";
  const after = (await updates.recv()) === undefined ? "closed" : "an item";
  return [
    same("items, in order and without repeats", WANTED, inOrder),
    same("the error that Close returns", `fetch ${FAILING} failed`, lastError),
    same("updates after Close", "closed", after),
    within("items pending, at most", 1, MOST_PENDING + PAGE - 1, await feed, "no fetch while ten are pending"),
  ];
});
