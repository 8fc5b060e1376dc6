import { describe, expect, test } from "vitest";
import { usualChoice } from "../../../src/lab/watch/choices.ts";
import type { Message, Stage, State } from "../../../src/lab/watch/protocol.ts";
import type { EventsMessage } from "../../../src/lab/watch/reduce.ts";
import { Kept } from "../../../src/lab/watch/session/kept.ts";

const CHOICE = usualChoice(2);
const IDLE: State = { phase: "idle", choice: CHOICE, text: "", failed: false };
const STAGE: Stage = { program: "sieve", primes: 3 };

function run(number: number): Message {
  return { kind: "run", run: number, choice: CHOICE, title: "", threads: 2, unitMs: 1, stage: STAGE };
}

/** A message with one task and so many marks. */
function events(number: number, marks: number): EventsMessage {
  return { kind: "events", run: 1, untilMs: number, lost: 0, tasks: [[number, "t", 0, number]], ends: [], marks: Array.from({ length: marks }, (_, k) => [number, number, 0, "m", k] as const), slices: [], waits: [], open: [[0, number, number]] };
}

function eventsIn(kept: Kept): EventsMessage[] {
  return kept.messages.filter((message) => message.kind === "events");
}

describe("what a page gets that connects later", () => {
  test("before a run: what goes on", () => {
    expect(new Kept(IDLE).messages).toEqual([{ kind: "state", state: IDLE }]);
  });

  test("the run, its events in few messages, what came after, and what goes on now", () => {
    const kept = new Kept(IDLE);
    const measuring: State = { ...IDLE, phase: "measuring" };
    const end: Message = { kind: "end", run: 1, wallMs: 9, stopped: false, facts: [], problems: [] };
    for (const message of [run(1), ...Array.from({ length: 700 }, (_, k) => events(k, 1)), end, { kind: "state", state: measuring } as const]) kept.add(message);
    const { messages } = kept;
    expect(messages.map(({ kind }) => kind)).toEqual(["run", "events", "events", "events", "end", "state"]);
    expect(messages.at(-1)).toEqual({ kind: "state", state: measuring });
    const all = eventsIn(kept);
    expect(all.flatMap(({ marks }) => marks).map(([ms]) => ms)).toEqual(Array.from({ length: 700 }, (_, k) => k));
    expect(all.at(-1)).toMatchObject({ untilMs: 699, open: [[0, 699, 699]] });
  });

  test("a new run: nothing of the one before", () => {
    const kept = new Kept(IDLE);
    for (const message of [run(1), events(1, 3), { kind: "end", run: 1, wallMs: 9, stopped: false, facts: [], problems: [] } as const, run(2)]) kept.add(message);
    expect(kept.messages.map(({ kind }) => kind)).toEqual(["run", "state"]);
  });

  test("more events than are kept: the newest, the names of all tasks, and how many messages are missing", () => {
    const kept = new Kept(IDLE, 2000);
    kept.add(run(1));
    for (let k = 0; k < 100; k++) kept.add(events(k, 99));
    const all = eventsIn(kept);
    expect(all.flatMap(({ marks }) => marks).length).toBeLessThanOrEqual(2000);
    expect(all.at(-1)?.untilMs).toBe(99);
    expect(all.flatMap(({ tasks }) => tasks).map(([task]) => task)).toEqual(Array.from({ length: 100 }, (_, k) => k));
    expect(kept.messages[1]).toMatchObject({ kind: "dropped" });
  });

  test("the last prediction only", () => {
    const kept = new Kept(IDLE);
    const foreseen = (sentence: string): Message => ({ kind: "foreseen", choice: CHOICE, structure: null, points: [], sentence, doubts: [], refused: null });
    kept.add(foreseen("one"));
    kept.add(foreseen("two"));
    expect(kept.messages).toEqual([foreseen("two"), { kind: "state", state: IDLE }]);
  });
});
