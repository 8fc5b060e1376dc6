/** Sessions on real threads, with measurements and predictions of the test's own. No assertion on how long anything took. */
import { describe, expect, test } from "vitest";
import type { Runtime } from "../../../src/index.ts";
import { CHOICES, usualChoice } from "../../../src/lab/watch/choices.ts";
import { watchedProgram } from "../../../src/lab/watch/programs/watched.ts";
import type { Choice, Message, Stage, State, Welcome } from "../../../src/lab/watch/protocol.ts";
import type { GainsMessage } from "../../../src/lab/watch/session/measuring.ts";
import type { ForeseenMessage } from "../../../src/lab/watch/session/predicting.ts";
import { Session, type SessionOptions } from "../../../src/lab/watch/session/session.ts";
import { countBooks } from "./ledger.ts";

const CORES = 2;
const CHOICE = usualChoice(CORES);
const WELCOME: Welcome = { ...CHOICES, version: "0", cores: CORES, machine: "", choice: CHOICE, present: false };
const ONE = { value: 1, low: null, high: null };
/** Steps so long that a run ends only if it is stopped. */
const ENDLESS_MS = 100_000;

function gains(choice: Choice, round: number): GainsMessage {
  return { kind: "gains", choice, round, of: 2, bars: [], structure: ONE, threads: ONE, together: ONE, verdict: "" };
}

/** A session, and what it sends and says. */
class Watched {
  readonly sent: Message[] = [];
  readonly said: string[] = [];
  readonly session: Session;
  readonly #waiting = new Set<() => void>();

  constructor({ unitMs = 1, parts = {} }: Partial<Pick<SessionOptions, "unitMs" | "parts">> = {}) {
    this.session = new Session({
      welcome: WELCOME, unitMs,
      send: (message) => {
        this.sent.push(message);
        for (const look of this.#waiting) look();
      },
      say: (line) => this.said.push(line),
      parts: {
        measure: async (choice, { onRound }) => {
          onRound(gains(choice, 1));
          onRound(gains(choice, 2));
        },
        foresee: () => Promise.reject(new Error("nothing is to be predicted")),
        ...parts,
      },
    });
  }

  start(choice: Partial<Choice> = {}): void {
    this.session.command({ do: "start", choice: { ...CHOICE, ...choice } });
  }

  /** Waits for a message. */
  until(holds: (message: Message) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.sent.some(holds)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  of<K extends Message["kind"]>(kind: K): Extract<Message, { kind: K }>[] {
    return this.sent.filter((message): message is Extract<Message, { kind: K }> => message.kind === kind);
  }

  get phases(): State["phase"][] {
    return this.of("state").map(({ state }) => state.phase).filter((phase, k, all) => phase !== all[k - 1]);
  }
}

const isMark = (message: Message): boolean => message.kind === "events" && message.marks.length > 0;

describe("a run", () => {
  test("is told from its beginning to its end, and then measured", async () => {
    const watched = new Watched();
    expect(watched.session.state).toMatchObject({ phase: "idle", choice: CHOICE, failed: false });
    watched.start();
    await watched.session.idle;
    expect(watched.phases).toEqual(["running", "measuring", "idle"]);
    const [run] = watched.of("run");
    expect(run).toMatchObject({ run: 1, choice: CHOICE, title: "Four gophers that wait (G6), on two threads", threads: 2, unitMs: 1 });
    const marks = watched.of("events").flatMap((message) => message.marks);
    const { wrong, burnt } = countBooks(run?.stage as Extract<Stage, { program: "gophers" }>, marks);
    expect([wrong, burnt.length]).toEqual([[], 16]);
    const [end] = watched.of("end");
    expect(end).toMatchObject({ run: 1, stopped: false, problems: [] });
    expect(end?.facts.map(([name]) => name)).toEqual(["books burnt", "time", "expected by the model", "checks that hold"]);
    expect(watched.of("gains").map(({ round }) => round)).toEqual([1, 2]);
    expect(watched.said).toEqual([]);
  });

  test.each(["balance", "replicas", "sieve"] as const)("of %s: nothing is measured after it", { tags: ["deep"] }, async (program) => {
    const watched = new Watched();
    watched.start({ program });
    await watched.session.idle;
    expect(watched.phases).toEqual(["running", "idle"]);
    expect(watched.of("end")).toMatchObject([{ stopped: false, problems: [] }]);
    expect(watched.of("events").flatMap(({ marks }) => marks).length).toBeGreaterThan(0);
    expect(watched.of("gains")).toEqual([]);
  });

  test("that is stopped ends, and nothing is measured", async () => {
    const watched = new Watched({ unitMs: ENDLESS_MS });
    watched.start();
    await watched.until(isMark);
    watched.session.command({ do: "stop" });
    await watched.session.idle;
    expect(watched.of("end")).toMatchObject([{ stopped: true, facts: [], problems: [] }]);
    expect(watched.session.state).toMatchObject({ phase: "idle", text: "Stopped.", failed: false });
    expect(watched.phases).toEqual(["running", "idle"]);
    // nothing runs any more
    expect(watched.of("events").at(-1)?.open).toEqual([]);
  });

  test("gives way to another", { tags: ["deep"] }, async () => {
    const watched = new Watched({ parts: { program: (choice, settings) => watchedProgram(choice, { ...settings, unitMs: choice.design === "G1" ? ENDLESS_MS : 1 }) } });
    watched.start({ design: "G1" });
    await watched.until(isMark);
    for (const design of ["G3", "G4", "G7"]) watched.start({ design });
    await watched.session.idle;
    // of several commands the last one counts
    expect(watched.of("run").map(({ run, choice }) => [run, choice.design])).toEqual([[1, "G1"], [2, "G7"]]);
    expect(watched.of("end").map(({ run, stopped }) => [run, stopped])).toEqual([[1, true], [2, false]]);
  });

  test("a stop before anything began, and two stops, do nothing", async () => {
    const watched = new Watched();
    watched.session.command({ do: "stop" });
    watched.session.command({ do: "stop" });
    await watched.session.idle;
    expect(watched.sent).toEqual([]);
  });
});

describe("measuring", () => {
  const endless: NonNullable<SessionOptions["parts"]>["measure"] = (choice, { signal, onRound }) => new Promise((resolve) => {
    onRound(gains(choice, 1));
    signal.addEventListener("abort", () => resolve());
  });

  test("is ended by a stop", { tags: ["deep"] }, async () => {
    const watched = new Watched({ parts: { measure: endless } });
    watched.start();
    await watched.until(({ kind }) => kind === "gains");
    expect(watched.session.state).toMatchObject({ phase: "measuring", text: "Measuring in processes of their own: round 2 of 2." });
    watched.session.command({ do: "stop" });
    await watched.session.idle;
    expect(watched.session.state).toMatchObject({ phase: "idle", text: "Stopped.", failed: false });
  });

  test("is ended by a start", { tags: ["deep"] }, async () => {
    let rounds = 0;
    const watched = new Watched({ parts: { measure: (choice, options) => (rounds++ === 0 ? endless(choice, options) : Promise.resolve()) } });
    watched.start();
    await watched.until(({ kind }) => kind === "gains");
    watched.start({ design: "G1" });
    await watched.session.idle;
    expect(watched.of("run").map(({ choice }) => choice.design)).toEqual(["G6", "G1"]);
    expect(watched.session.state).toMatchObject({ phase: "idle", text: "Measured." });
  });

  test("that fails is said on the page and in the terminal, and the session goes on", { tags: ["deep"] }, async () => {
    const watched = new Watched({ parts: { measure: () => Promise.reject(new Error("the process of the block gave no sign for 60 s\nand more")) } });
    watched.start();
    await watched.session.idle;
    const text = "The measurement has failed: the process of the block gave no sign for 60 s";
    expect(watched.session.state).toMatchObject({ phase: "idle", text, failed: true });
    expect(watched.said).toEqual([text]);
    watched.start();
    expect(watched.session.state).toMatchObject({ phase: "running", failed: false });
    await watched.session.close();
  });
});

describe("a program that fails", () => {
  test.each([["run", 1], ["prepare", 0]] as const)("in %s: one line on the page and in the terminal, and the session goes on", { tags: ["deep"] }, async (where, ends) => {
    let isBroken = true;
    const fail = (): Promise<never> => Promise.reject(new TypeError("the cart has lost a wheel\n    at the hill"));
    const watched = new Watched({ parts: { program: (choice, settings) => ({ ...watchedProgram(choice, settings), ...(isBroken ? { [where]: fail } : {}) }) } });
    watched.start();
    await watched.session.idle;
    const text = "The run has failed: the cart has lost a wheel";
    expect(watched.session.state).toMatchObject({ phase: "idle", text, failed: true });
    expect(watched.said).toEqual([text]);
    expect(watched.of("end").map(({ problems }) => problems)).toEqual(ends === 0 ? [] : [["the cart has lost a wheel"]]);
    expect(watched.of("gains")).toEqual([]);
    isBroken = false;
    watched.start();
    await watched.session.idle;
    expect(watched.session.state).toMatchObject({ phase: "idle", failed: false });
  });
});

describe("a run whose threads end under it", () => {
  test.each<readonly [what: string, end: (runtime: Runtime) => Promise<void>, said: RegExp]>([
    ["a thread", (runtime) => runtime.recycle(0), /^The run has failed: .*thread 0/],
    ["the runtime", (runtime) => runtime.stop(), /^The run has failed: .*stopped/],
  ])("%s: an end with the problem, one line, and the session goes on", { tags: ["deep"] }, async (_what, end, said) => {
    let isBroken = true;
    const watched = new Watched({ parts: { program: (choice, settings) => {
      const program = watchedProgram(choice, { ...settings, unitMs: isBroken ? ENDLESS_MS : 1 });
      return isBroken ? { ...program, run: async (runtime) => {
        const running = program.run(runtime);
        await watched.until(isMark);
        const [outcome] = await Promise.all([running, end(runtime)]);
        return outcome;
      } } : program;
    } } });
    watched.start();
    await watched.session.idle;
    expect(watched.said).toEqual([expect.stringMatching(said)]);
    expect(watched.session.state).toMatchObject({ phase: "idle", failed: true });
    expect(watched.of("end")).toMatchObject([{ run: 1, stopped: false, problems: [expect.any(String)] }]);
    isBroken = false;
    watched.start();
    await watched.session.idle;
    expect(watched.session.state).toMatchObject({ phase: "idle", failed: false });
  });
});

describe("more threads than cores", () => {
  const foreseen = (choice: Choice): ForeseenMessage => ({ kind: "foreseen", choice, structure: ONE, points: [{ threads: 8, expected: 4, bound: 5 }], sentence: "…", doubts: [], refused: null });

  test("are predicted, and nothing is run", async () => {
    const watched = new Watched({ parts: { foresee: (choice) => Promise.resolve(foreseen(choice)) } });
    watched.start({ threads: 8 });
    await watched.session.idle;
    expect(watched.phases).toEqual(["predicting", "idle"]);
    expect(watched.of("run")).toEqual([]);
    expect(watched.of("foreseen")).toEqual([foreseen({ ...CHOICE, threads: 8 })]);
    expect(watched.session.snapshot().map(({ kind }) => kind)).toEqual(["foreseen", "state"]);
  });

  test("of other programs are refused", () => {
    const { session } = new Watched();
    const refusal = (choice: Partial<Choice>): string | null => session.refusal({ do: "start", choice: { ...CHOICE, ...choice } });
    expect(refusal({ program: "sieve", threads: 3 })).toBe("threads: 3 is more than the cores that are here (2), and on more only the gophers can be predicted");
    expect(refusal({ program: "sieve", threads: 2 })).toBeNull();
    expect(refusal({ threads: 64 })).toBeNull();
    expect(session.refusal({ do: "stop" })).toBeNull();
  });
});

test("a page that connects in the middle of a run gets what was sent so far, and then the rest", async () => {
  const watched = new Watched({ unitMs: 5 });
  watched.start();
  await watched.until(isMark);
  const before = watched.session.snapshot();
  const seen = watched.sent.length;
  await watched.session.idle;
  const joined = [...before, ...watched.sent.slice(seen)];
  const marks = (messages: readonly Message[]): unknown[] => messages.flatMap((message) => (message.kind === "events" ? message.marks : []));
  expect(before[0]).toEqual(watched.of("run")[0]);
  expect(before.at(-1)).toMatchObject({ kind: "state", state: { phase: "running" } });
  expect(marks(joined)).toEqual(marks(watched.sent));
  expect(watched.session.snapshot().map(({ kind }) => kind).filter((kind, k, all) => kind !== all[k - 1])).toEqual(["run", "events", "end", "gains", "state"]);
});

test("a session that is closed ends what goes on, and obeys nothing more", async () => {
  const watched = new Watched({ unitMs: ENDLESS_MS });
  watched.start();
  await watched.until(isMark);
  await watched.session.close();
  expect(watched.of("end")).toMatchObject([{ stopped: true }]);
  const sent = watched.sent.length;
  watched.start();
  await watched.session.idle;
  expect(watched.sent.length).toBe(sent);
});
