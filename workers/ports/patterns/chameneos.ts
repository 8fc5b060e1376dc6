/**
 * Chameneos: creatures of three colours go to a mall, meet in pairs, and each takes the
 * colour that complements both. The mall closes after a number of meetings.
 * The Go program is chameneos.go in this folder; what both print is in chameneos.txt.
 *
 *     node workers/ports/patterns/chameneos.ts [meetings] [threads]
 */
import { type ElementOf, type Receiver, type Sender, chan, chanOf, go, i32, isMain, run, spawn, struct, task } from "../../../src/index.ts";

const [BLUE, RED, YELLOW] = [0, 1, 2];
const COLOURS = ["blue", "red", "yellow"];

/** The colour of both, or the third. */
const complement = (a: number, b: number): number => (a === b ? a : 3 - a - b);

/** A creature, and one that waits in the mall for another. */
const Creature = struct({ id: i32, colour: i32 });
const Visit = struct({ id: i32, colour: i32, met: chanOf(Creature) });
type Visit = ElementOf<typeof Visit>;

/** What a creature did. */
interface Result {
  readonly meetings: number;
  readonly withItself: number;
}

export const creature = task(import.meta, async function creature(id: number, colour: number, mall: Sender<Visit>): Promise<Result> {
  let [meetings, withItself] = [0, 0];
  const met = chan(Creature, 1);
  for (;;) {
    await mall.send({ id, colour, met });
    const other = await met.recv();
    if (other === undefined) return { meetings, withItself };
    meetings++;
    if (other.id === id) withItself++;
    colour = complement(colour, other.colour);
  }
});

/** Pairs the creatures, and sends home those that come after the last meeting. */
export const serve = task(import.meta, async function serve(mall: Receiver<Visit>, meetings: number, creatures: number) {
  for (let i = 0; i < meetings; i++) {
    const [a, b] = [(await mall.recv())!, (await mall.recv())!];
    await a.met.send({ id: b.id, colour: b.colour });
    await b.met.send({ id: a.id, colour: a.colour });
  }
  for (let i = 0; i < creatures; i++) (await mall.recv())!.met.close();
});

function spell(n: number): string {
  const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  return Array.from(String(n), (digit) => words[Number(digit)]).join(" ");
}

async function play(meetings: number, start: number[]): Promise<void> {
  const mall = chan(Visit);
  const creatures = start.map((colour, id) => spawn(creature, id, colour, mall));
  go(serve, mall, meetings, start.length);
  const results = await Promise.all(creatures);
  mall.close();
  const sum = results.reduce((a, b) => ({ meetings: a.meetings + b.meetings, withItself: a.withItself + b.withItself }));
  console.log(`[${start.map((colour) => COLOURS[colour]).join(" ")}]`);
  console.log("met", spell(sum.meetings), "times, with themselves", spell(sum.withItself));
}

export const chameneos = task(import.meta, async function chameneos(meetings: number) {
  for (const a of [BLUE, RED, YELLOW]) {
    for (const b of [BLUE, RED, YELLOW]) console.log(`${COLOURS[a]} + ${COLOURS[b]} -> ${COLOURS[complement(a, b)]}`);
  }
  await play(meetings, [BLUE, RED, YELLOW]);
  await play(meetings, [BLUE, RED, YELLOW, RED, YELLOW, BLUE, RED, YELLOW, RED, BLUE]);
});

if (isMain(import.meta)) {
  const [meetings = "600000", threads = "2"] = process.argv.slice(2);
  await run(chameneos, { threads: Number(threads), args: [Number(meetings)] });
}
