/** Restore sequence: a message carries a channel on which its sender waits until it can continue. */
import { bool, chan, chanOf, go, i32, struct, task, utf8, type Chan, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const ROUNDS = 200;
const TURN = struct({ from: utf8, round: i32, goOn: chanOf(bool) });
interface Turn {
  readonly from: string;
  readonly round: number;
  readonly goOn: Chan<boolean>;
}

const takeTurns = task(import.meta, async function takeTurns(from: string, out: Sender<Turn>): Promise<void> {
  const goOn = chan(bool);
  for (let round = 0; round < ROUNDS; round++) {
    await out.send({ from, round, goOn });
    await goOn.recv();
  }
});

export const restoreSequence = task(import.meta, async function restoreSequence(): Promise<PatternCheck[]> {
  const words = chan(TURN);
  go(takeTurns, "Joe", words);
  go(takeTurns, "Ann", words);
  let inStep = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const pair = [(await words.recv()) as Turn, (await words.recv()) as Turn] as const;
    if (pair[0].from !== pair[1].from && pair.every((word) => word.round === round)) inStep++;
    for (const { goOn } of pair) await goOn.send(true);
  }
  return [same("rounds in which both spoke once", ROUNDS, inStep)];
});
