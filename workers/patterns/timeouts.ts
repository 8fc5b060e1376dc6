/** Timeouts: a timer as a case of a select, made for each message, or once for the whole conversation. */
import { after, chan, go, i32, select, sleep, task, type Sender } from "../../src/index.ts";
import { same, within, type PatternCheck } from "./check.ts";

const MESSAGES = 5;
const SILENCE_MS = 250;
const TALK_MS = 60;
const PAUSE_MS = 10;

/** Sends five values and then nothing more, and does not close the channel. */
const fallSilent = task(import.meta, async function fallSilent(out: Sender<number>): Promise<void> {
  for (let k = 0; k < MESSAGES; k++) await out.send(k);
});

export const timeoutPerMessage = task(import.meta, async function timeoutPerMessage(): Promise<PatternCheck[]> {
  // The five values are there before any timer starts.
  const words = chan(i32, MESSAGES);
  await fallSilent(words);
  let heard = 0;
  for (;;) {
    const { case: what } = await select({ words, tooSlow: after(SILENCE_MS) });
    if (what === "tooSlow") break;
    heard++;
  }
  return [same("messages before the silence", MESSAGES, heard)];
});

/** Sends forever, with pauses. */
const talkOn = task(import.meta, async function talkOn(out: Sender<number>): Promise<void> {
  for (let k = 0; ; k++) {
    await sleep(PAUSE_MS);
    await out.send(k);
  }
});

export const timeoutForTheTalk = task(import.meta, async function timeoutForTheTalk(): Promise<PatternCheck[]> {
  const words = chan(i32);
  const startMs = performance.now();
  const enough = after(TALK_MS);
  go(talkOn, words);
  let heard = 0;
  while ((await select({ words, enough })).case === "words") heard++;
  const tookMs = performance.now() - startMs;
  return [
    within("messages, one in 10 ms", 0, Math.floor(tookMs / PAUSE_MS), heard, "a sleep is never too short"),
    within("the talk, ms", TALK_MS, Infinity, tookMs, "never early"),
  ];
});
