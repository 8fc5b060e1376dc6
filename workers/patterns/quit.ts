/** Quit: a receiver asks the sender to stop; and the round trip, where the sender also tidies up and answers. */
import { chan, i32, select, spawn, task, utf8, type Chan, type Receiver, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const WANTED = 10;

/** Counts until it is asked to quit; returns how many numbers were received. */
const countUntil = task(import.meta, async function countUntil(out: Sender<number>, quit: Receiver<string>): Promise<number> {
  for (let k = 0; ; k++) if ((await select({ out: out.sending(k), quit })).case === "quit") return k;
});

export const quit = task(import.meta, async function quit(): Promise<PatternCheck[]> {
  const [numbers, stop] = [chan(i32), chan(utf8)];
  const counter = spawn(countUntil, numbers, stop);
  for (let k = 0; k < WANTED; k++) await numbers.recv();
  stop.close();
  return [same("numbers sent before it quit", WANTED, await counter)];
});

/** Like `countUntil`; then it tidies up and answers on the same channel. */
const countAndTidy = task(import.meta, async function countAndTidy(out: Sender<number>, quit: Chan<string>): Promise<void> {
  let sent = 0;
  while ((await select({ out: out.sending(sent), quit })).case === "out") sent++;
  out.close();
  await quit.send(`See you after ${sent}!`);
});

export const roundTripQuit = task(import.meta, async function roundTripQuit(): Promise<PatternCheck[]> {
  const [numbers, stop] = [chan(i32), chan(utf8)];
  const counter = spawn(countAndTidy, numbers, stop);
  for (let k = 0; k < WANTED; k++) await numbers.recv();
  await stop.send("Bye!");
  const answer = (await stop.recv()) ?? "nothing";
  // It has tidied up before it answered.
  const rest = (await numbers.recv()) === undefined ? "closed" : "open";
  await counter;
  return [same("the answer to Bye!", `See you after ${WANTED}!`, answer), same("the numbers' channel by then", "closed", rest)];
});
