/** The story of a run: what it says of any time, by the events of simulated runs. */
import { describe, expect, test } from "vitest";
import type { BalanceStory } from "../../../../src/lab/watch/page/story/balance.js";
import type { GopherStory } from "../../../../src/lab/watch/page/story/gophers.js";
import type { ReplicaStory } from "../../../../src/lab/watch/page/story/replicas.js";
import type { SieveStory } from "../../../../src/lab/watch/page/story/sieve.js";
import { Activity } from "../../../../src/lab/watch/page/story/activity.js";
import { Story } from "../../../../src/lab/watch/page/story/story.js";
import { Geometry } from "../../../../src/lab/watch/page/view/stage/geometry.js";
import type { Message } from "../../../../src/lab/watch/protocol.ts";
import { seededRandom } from "../../../../workers/chance.ts";
import { DESIGN_IDS } from "../../../../workers/gophers/design.ts";
import { balanceRun, gopherRun, replicaRun, sieveRun } from "./recordings.ts";

type Events = Extract<Message, { kind: "events" }>;

/** The story of all messages of a run; `after` is called after each of its events. */
function storyOf(messages: readonly Message[], after: (story: Story, events: Events) => void = () => {}): Story {
  const [run] = messages;
  if (run?.kind !== "run") throw new Error("the first message is that of the run");
  const story = new Story(run);
  for (const message of messages) {
    if (message.kind === "events") {
      story.add(message);
      after(story, message);
    } else if (message.kind === "end") story.close(message);
  }
  return story;
}

const wallOf = (story: Story): number => story.end?.wallMs ?? NaN;
const random = seededRandom(1605);

/** Times of a run, any and those of its marks. */
function timesOf(messages: readonly Message[], wallMs: number): number[] {
  return [0, wallMs, ...Array.from({ length: 300 }, () => random() * wallMs), ...messages.flatMap((message) => (message.kind === "events" ? message.marks.map(([ms]) => ms) : []))];
}

const GOPHER_RUNS = DESIGN_IDS.flatMap((design) => (["cpu", "wait"] as const).flatMap((world) => [1, 2, 3].map((threads) => ({ design, world, threads, loads: 9, unitMs: 20, walks: threads === 3 }))));

describe.each(GOPHER_RUNS)("gophers: $design, $world, threads $threads", (settings) => {
  const messages = gopherRun(settings, 1, 15);
  const story = storyOf(messages);
  const scene = story.scene as GopherStory;
  const { stage } = scene;
  const all = stage.loads.reduce((sum, loads) => sum + loads, 0) * stage.booksPerCart;

  test("books are conserved at every time, and all are burnt at the end", () => {
    for (const t of timesOf(messages, wallOf(story))) {
      const { lanes, carts } = scene.at(t);
      const places = [...lanes.flatMap(({ pile, staging, burnt }) => [pile, staging, burnt]), ...carts.map(({ books }) => books)];
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(places.reduce((sum, books) => sum + books, 0)).toBe(all);
    }
    expect(scene.at(wallOf(story)).lanes.reduce((sum, { burnt }) => sum + burnt, 0)).toBe(all);
    expect(scene.burnt.map(({ book }) => book).toSorted((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, k) => k));
  });

  test("each cart is in one place, with at most one gopher, and no two wait in one slot", () => {
    for (const t of timesOf(messages, wallOf(story))) {
      const { carts, gophers } = scene.at(t);
      expect(carts.map(({ n }) => n)).toEqual(stage.carts.map(({ n }) => n));
      const held = gophers.flatMap(({ step }) => (step === null || step.cart < 0 ? [] : [step.cart]));
      expect(new Set(held).size).toBe(held.length);
      expect(carts.filter(({ step }) => step !== null).map(({ n }) => n)).toEqual(held.toSorted((a, b) => a - b));
      const slots = carts.filter(({ step }) => step === null).map(({ lane, leg, zone, slot }) => `${lane} ${leg} ${zone} ${slot}`);
      expect(new Set(slots).size).toBe(slots.length);
    }
  });

  test("a thread runs one task at a time, and a task that runs is on its thread", () => {
    for (const t of timesOf(messages, wallOf(story))) {
      const running = story.activity.runningAt(t);
      for (const [thread, task] of running.entries()) {
        if (task === 0) continue;
        expect(story.activity.threadOf(task)).toBe(thread);
        expect(story.activity.doing(task, t).kind).toBe("running");
      }
      const gophers = scene.at(t).gophers.filter(({ task }) => task > 0 && story.activity.doing(task, t).kind === "running");
      const threads = gophers.map(({ task }) => story.activity.threadOf(task));
      expect(new Set(threads).size).toBe(threads.length);
      expect(story.activity.r(t)).toBe(running.filter((task) => task > 0).length);
    }
  });

  test("what was said of a time before the horizon does not change when more is known", () => {
    /** A gopher's task is known when it has marked itself. */
    const pictureOf = (of: Story, t: number): string => JSON.stringify((of.scene as GopherStory).at(t)).replaceAll(/"task":\d+/g, "");
    const said: { readonly t: number; readonly picture: string; readonly ran: readonly number[] }[] = [];
    const later = storyOf(messages, (soFar) => {
      const t = soFar.horizonMs * random();
      said.push({ t, picture: pictureOf(soFar, t), ran: soFar.activity.runningAt(t) });
    });
    for (const { t, picture, ran } of said) {
      expect(pictureOf(later, t) === picture, `at ${t}`).toBe(true);
      expect(later.activity.runningAt(t)).toEqual(ran);
    }
  });

  test("a cart goes on where it is: no step begins elsewhere than the last ended", () => {
    const geometry = new Geometry(stage, 900);
    const steps = messages.flatMap((message) => (message.kind === "events" ? message.marks : [])).filter(([, , , name]) => name === "done").map(([ms]) => ms);
    for (const ms of steps) {
      const [before, after] = [ms - 1e-6, ms + 1e-6].map((t) => scene.at(t).carts);
      for (const [k, cart] of before!.entries()) {
        const next = after![k]!;
        if (cart.step === null || cart.step === next.step) continue;
        const [from, to] = [geometry.cart(cart), geometry.cart(next)];
        expect(Math.hypot(from.x - to.x, from.y - to.y)).toBeLessThan(45);
      }
    }
  });

  test("the coordinator is not in progress: c(t) is at most the number of gophers", () => {
    const counts = timesOf(messages, wallOf(story)).map((t) => story.activity.c(t));
    expect(Math.max(...counts)).toBe(stage.gophers.length);
  });
});

describe("other programs", () => {
  test("balance: each request is given, served and answered once; the heap has each worker in one place", () => {
    const messages = balanceRun();
    const story = storyOf(messages);
    const scene = story.scene as BalanceStory;
    for (const t of timesOf(messages, wallOf(story)).slice(0, 400)) {
      const { workers } = scene.at(t);
      for (const { pending, serving } of workers) if (serving !== null) expect(pending).toBeGreaterThan(0);
      const places = workers.map(({ place }) => place).filter((place) => place >= 0);
      if (t === wallOf(story)) expect(places.toSorted((a, b) => a - b)).toEqual(workers.map((_, k) => k));
    }
    const end = scene.at(wallOf(story));
    expect(end.workers.reduce((sum, { served }) => sum + served, 0)).toBe(144);
    expect(end.workers.every(({ pending }) => pending === 0)).toBe(true);
    expect(end.requesters.every(({ answered, isWaiting }) => answered === 12 && !isWaiting)).toBe(true);
  });

  test("replicas: each query has one first answer, and all others are cancelled", () => {
    const messages = replicaRun();
    const story = storyOf(messages);
    const scene = story.scene as ReplicaStory;
    for (const t of timesOf(messages, wallOf(story))) {
      const { replicas, isAnswered } = scene.at(t);
      expect(replicas.filter(({ isFirst }) => isFirst)).toHaveLength(isAnswered ? 1 : 0);
      expect(replicas.filter(({ state }) => state === "answered").length).toBeLessThanOrEqual(1);
    }
    const end = scene.at(wallOf(story));
    expect([end.answeredQueries, end.replicas.reduce((sum, { wins }) => sum + wins, 0)]).toEqual([12, 12]);
    expect(end.replicas.map(({ state }) => state).toSorted()).toEqual(["answered", "cancelled", "cancelled", "cancelled"]);
  });

  test("sieve: the chain grows to the primes", () => {
    const story = storyOf(sieveRun({ primes: 10 }));
    const scene = story.scene as SieveStory;
    const end = scene.at(wallOf(story));
    expect(end.primes).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect(end.filters.map(({ prime }) => prime)).toEqual(end.primes);
    expect(scene.at(wallOf(story) / 3).filters.length).toBeLessThan(10);
    for (const { prime, last } of end.filters.slice(0, -1)) expect([prime, last?.what]).toEqual([prime, "pass"]);
  });
});

describe("the horizon", () => {
  test("no step on the screen has an open end: it waits at the start of one", () => {
    storyOf(gopherRun({ design: "G6", world: "wait", threads: 2, loads: 6, unitMs: 100 }, 1, 10), (story) => {
      const { gophers } = (story.scene as GopherStory).at(story.horizonMs - 1e-6);
      for (const { step } of gophers) if (step !== null) expect(step.to).toBeLessThan(Infinity);
      expect(story.horizonMs).toBeLessThanOrEqual(story.activity.untilMs);
    });
  });

  test("after the end it is the end, also if a step never ended", () => {
    const messages = gopherRun({ design: "G1", world: "cpu", threads: 1, loads: 2, unitMs: 10 });
    const cut = messages.map((message) => (message.kind === "events" ? { ...message, marks: message.marks.slice(0, 5) } : message));
    const story = storyOf(cut);
    expect(story.horizonMs).toBe(wallOf(story));
    expect(story.known.wallMs).toBe(wallOf(story));
  });
});

describe("damage", () => {
  const messages = gopherRun({ design: "G10", world: "wait", threads: 2, loads: 12, unitMs: 20 }, 1, 30);

  test.each(Array.from({ length: 20 }, (_, seed) => seed))("with a third of the marks lost, books are still conserved (%i)", (seed) => {
    const chance = seededRandom(seed + 1);
    const story = storyOf(messages.map((message) => (message.kind === "events" ? { ...message, lost: 7, marks: message.marks.filter(([, , , name]) => name === "gopher" || chance() > 0.33) } : message)));
    expect(story.activity.lost).toBe(7);
    for (let k = 0; k <= 100; k++) {
      const { lanes, carts } = (story.scene as GopherStory).at((wallOf(story) * k) / 100);
      const places = [...lanes.flatMap(({ pile, staging, burnt }) => [pile, staging, burnt]), ...carts.map(({ books }) => books)];
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(places.reduce((sum, books) => sum + books, 0)).toBe(48);
    }
  });

  test("a long run forgets its beginning, and still knows its end", () => {
    const [run] = messages;
    const story = new Story(run as Extract<Message, { kind: "run" }>);
    const burst = (k: number): Events => ({ kind: "events", run: 1, untilMs: k * 100, lost: 0, tasks: k === 1 ? [[1, "a", 0, 0]] : [], ends: [], marks: [], waits: [], open: [], slices: Array.from({ length: 1000 }, (_, at) => [0, 1, (k - 1) * 100 + at / 10, (k - 1) * 100 + at / 10 + 0.05] as const) });
    for (let k = 1; k <= 400; k++) story.add(burst(k));
    expect(story.activity.size).toBeLessThan(130_000);
    expect(story.keptFromMs).toBeGreaterThan(0);
    expect(story.activity.r(39_999.92)).toBe(1);
  });
});

test("single steps go from mark to mark", () => {
  const messages = gopherRun({ design: "G6", world: "wait", threads: 1, loads: 4, unitMs: 50 });
  const story = storyOf(messages);
  const times = [...new Set(messages.flatMap((message) => (message.kind === "events" ? message.marks.map(([ms]) => ms) : [])))].toSorted((a, b) => a - b);
  let t = -1;
  for (const ms of times) {
    t = story.nextMark(t);
    expect(t).toBe(ms);
  }
  expect(story.nextMark(t)).toBe(wallOf(story));
  expect(story.markBefore(times[3] as number)).toBe(times[2]);
});

test("a task that was thought to run, and of which that is no longer said, did not run", () => {
  const activity = new Activity(1);
  const message = (untilMs: number, changes: Partial<Events>): Events => ({ kind: "events", run: 1, untilMs, lost: 0, tasks: [], ends: [], marks: [], slices: [], waits: [], open: [], ...changes });
  activity.add(message(10, { tasks: [[1, "a", 0, 0], [2, "b", 0, 0]], open: [[0, 1, 4]] }));
  expect(activity.doing(1, 8).kind).toBe("running");
  activity.add(message(20, { slices: [[0, 2, 4, 9]], open: [[0, 1, 9]] }));
  expect([activity.doing(1, 8).kind, activity.doing(2, 8).kind, activity.doing(1, 12).kind, activity.doing(2, 12).kind]).toEqual(["ready", "running", "running", "ready"]);
  activity.add(message(30, { slices: [[0, 1, 9, 15]] }));
  expect([activity.doing(1, 12).kind, activity.doing(1, 16).kind, activity.runningAt(16)]).toEqual(["running", "ready", [0]]);
});
