/** Ping-pong: two players and a table; and the same without a ball, where all wait forever. */
import { chan, go, i32, oneshot, task, type Chan, type Sender } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const HITS = 1000;

/** Hits the ball until it has been hit a thousand times; then both players are notified. */
const player = task(import.meta, async function player(table: Chan<number>, result: Sender<number>): Promise<void> {
  let own = 0;
  for await (const hits of table) {
    own++;
    if (hits + 1 < HITS) await table.send(hits + 1);
    else table.close();
  }
  await result.send(own);
});

export const pingPong = task(import.meta, async function pingPong(): Promise<PatternCheck[]> {
  const table = chan(i32);
  const [ping, pong] = [oneshot(i32), oneshot(i32)];
  go(player, table, ping);
  go(player, table, pong);
  await table.send(0);
  const hits = [(await ping.recv()) ?? 0, (await pong.recv()) ?? 0] as const;
  return [same("hits of one", HITS / 2, hits[0]), same("hits of the other", HITS / 2, hits[1])];
});

/** No task throws the ball in: in a `run` program this is reported as a deadlock. */
export const pingPongWithoutBall = task(import.meta, async function pingPongWithoutBall(): Promise<PatternCheck[]> {
  const table = chan(i32);
  const [ping, pong] = [oneshot(i32), oneshot(i32)];
  go(player, table, ping);
  go(player, table, pong);
  await ping.recv();
  return [];
});
