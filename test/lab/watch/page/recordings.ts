/** Recordings of simulated runs, for drawing and for tests: plausible, and the same each time. */
import type { CartHead, Choice, GopherHead, Message, Recording, Stage, Welcome } from "../../../../src/lab/watch/protocol.ts";
import { seededRandom } from "../../../../workers/chance.ts";
import { PRESETS, type DesignId, type Team } from "../../../../workers/gophers/design.ts";
import { SeatHeap, type Seat } from "../../../../workers/balance/heap.ts";
import { type Program, Queue, Simulator } from "./simulator.ts";

/** What a simulated run of gophers is made of. */
export interface GopherRun {
  readonly design: DesignId;
  readonly world: "cpu" | "wait";
  readonly threads: number;
  readonly loads: number;
  readonly unitMs: number;
  readonly booksPerCart?: number;
  readonly walks?: boolean;
}

const NOTHING_CHOSEN: Choice = { program: "gophers", design: "G6", world: "wait", threads: 1, carts: null };

export const WELCOME: Welcome = {
  version: "0.1.0",
  cores: 2,
  mostThreads: 16,
  machine: "2 cores, simulated",
  designs: (Object.keys(PRESETS) as DesignId[]).map((id) => ({ id, what: WHAT(id), takesCarts: PRESETS[id].team !== "single", mostCarts: PRESETS[id].team === "pair" ? 2 : 8 })),
  worlds: ["wait", "cpu", "mixed"],
  choice: NOTHING_CHOSEN,
  present: false,
};

function WHAT(id: DesignId): string {
  const { team, lanes, staging } = PRESETS[id];
  const who = { single: "one gopher does all four steps", pair: "two gophers", trio: "three gophers", quartet: "four gophers, one step each" }[team];
  return `${who}${staging ? ", with a staging pile" : ""}${lanes > 1 ? ", twice" : ""}`;
}

const ROLES: Readonly<Record<Team, readonly GopherHead["role"][]>> = { single: ["all"], pair: ["all", "all"], trio: ["load", "carry and return", "burn"], quartet: ["load", "carry", "burn", "return"] };

/** The messages of one simulated run of gophers. */
export function gopherRun({ design: id, world, threads, loads, unitMs, booksPerCart = 4, walks = false }: GopherRun, run = 1, everyMs = 50): Message[] {
  const { team, lanes, staging, carts: perTeam } = PRESETS[id];
  const legs = staging ? 2 : 1;
  const random = seededRandom(17 + loads);
  const sim = new Simulator(threads);
  const jitter = (): number => unitMs * (0.9 + 0.2 * random());
  const toil = (): { work: number } | { sleep: number } => (world === "cpu" ? { work: jitter() } : { sleep: jitter() });
  const heads: GopherHead[] = [];
  const carts: CartHead[] = [];
  const piles = Array.from({ length: lanes }, (_, lane) => Math.floor(((lane + 1) * loads) / lanes) - Math.floor((lane * loads) / lanes));
  const staged = Array.from({ length: lanes }, () => new Queue(4));
  const programs: (readonly [string, Program])[] = [];
  let burnt = 0;

  function* step(name: string, cart: number): Program {
    sim.mark(name, cart);
    yield toil();
    sim.mark("done", cart);
  }
  for (let lane = 0; lane < lanes; lane++) {
    let left = piles[lane]!;
    for (let leg = 0; leg < legs; leg++) {
      const [first, isLast] = [carts.length, leg === legs - 1];
      const resting = team === "trio" ? Math.floor((perTeam - 1) / 2) : 0;
      for (let k = 0; k < perTeam; k++) carts.push({ n: first + k, lane, leg, at: k < resting ? "far" : "near" });
      const load = function* (cart: number): Program<boolean> {
        if (leg > 0) {
          if ((yield { recv: staged[lane]! }) === undefined) return false;
        } else {
          if (left === 0) return false;
          left -= 1;
        }
        yield* step("load", cart);
        return true;
      };
      const unload = function* (cart: number): Program {
        sim.mark(isLast ? "burn" : "unload", cart);
        yield toil();
        if (isLast) for (let k = 0; k < booksPerCart; k++) sim.mark("burnt", burnt++);
        else yield { send: staged[lane]!, value: 1 };
        sim.mark("done", cart);
      };
      const finish = (): void => {
        if (!isLast) sim.close(staged[lane]!);
      };
      const queue = (values: readonly number[] = []): Queue => new Queue(perTeam, values);
      const all = Array.from({ length: perTeam }, (_, k) => first + k);
      const [loaded, delivered, emptied, empties] = [queue(), queue(), queue(all.slice(0, resting)), queue(all.slice(resting))];
      const take = function* (from: Queue): Program<number> {
        return (yield { recv: from }) ?? -1;
      };
      const tokens = [new Queue(1, [1]), new Queue(1, [1])] as const;
      for (const role of ROLES[team]) {
        const n = heads.length + 1;
        const own = first + Math.min(perTeam - 1, ROLES[team].indexOf(role) + (role === "all" ? heads.filter((head) => head.lane === lane && head.leg === leg).length : 0));
        heads.push({ n, lane, leg, role });
        const gopher = function* (): Program {
          sim.mark("gopher", n);
          if (role === "all") {
            const isShared = team === "pair" && perTeam === 1;
            const hasTokens = team === "pair" && perTeam === 2;
            for (;;) {
              const cart = isShared ? yield* take(empties) : own;
              if (cart < 0) break;
              if (hasTokens) yield { recv: tokens[0] };
              const isLoaded = yield* load(cart);
              if (hasTokens) yield { send: tokens[0], value: 1 };
              if (isLoaded) {
                yield* step("carry", cart);
                if (hasTokens) yield { recv: tokens[1] };
                yield* unload(cart);
                if (hasTokens) yield { send: tokens[1], value: 1 };
                yield* step("return", cart);
              }
              if (isShared) yield { send: empties, value: cart };
              if (!isLoaded) break;
            }
            finish();
          } else if (role === "load") {
            for (;;) {
              const cart = yield* take(empties);
              if (cart < 0 || !(yield* load(cart))) break;
              yield { send: loaded, value: cart };
            }
            sim.close(loaded);
          } else if (role === "burn") {
            for (;;) {
              const cart = yield* take(delivered);
              if (cart < 0) break;
              yield* unload(cart);
              yield { send: emptied, value: cart };
            }
            finish();
            sim.close(emptied);
          } else {
            const [from, to] = role === "return" ? [emptied, empties] : [loaded, delivered];
            for (;;) {
              const cart = yield* take(from);
              if (cart < 0) break;
              yield* step(role === "return" ? "return" : "carry", cart);
              yield { send: to, value: cart };
              if (role === "carry and return") {
                const empty = yield* take(emptied);
                if (empty < 0) break;
                yield* step("return", empty);
                yield { send: empties, value: empty };
              } else if (walks) yield* step("walk", -1);
            }
            if (role !== "return") sim.close(delivered);
          }
        };
        programs.push([role === "all" ? "soloist" : `${role}er`, gopher()]);
      }
    }
  }
  const over = new Queue(programs.length);
  sim.spawn("main", (function* (): Program {
    for (const [name, program] of programs.values()) {
      sim.spawn(name, (function* (): Program {
        yield* program;
        yield { send: over, value: 1 };
      })(), (heads[programs.findIndex(([, other]) => other === program)]!.n - 1) % threads);
    }
    for (const _ of programs) yield { recv: over };
  })(), 0);
  const wallMs = sim.run();
  const stage: Stage = { program: "gophers", design: id, world, lanes, legs, loads: piles, booksPerCart, dumpCapacity: 4, gophers: heads, carts };
  const choice: Choice = { program: "gophers", design: id, world, threads, carts: null };
  const title = `${id}, ${world} world, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [
    { kind: "run", run, choice, title, threads, unitMs, stage },
    ...sim.messages(run, everyMs),
    { kind: "end", run, wallMs, stopped: false, facts: [["books burnt", String(burnt)], ["time", `${(wallMs / 1000).toFixed(2)} s`]], problems: [] },
  ];
}

/** A balancer with a heap: requesters ask, workers serve. */
export function balanceRun({ workers = 7, requesters = 12, threads = 2, rounds = 12, unitMs = 60 } = {}, run = 1): Message[] {
  const sim = new Simulator(threads);
  const random = seededRandom(5);
  const work = new Queue(requesters);
  const inboxes = Array.from({ length: workers }, () => new Queue(requesters));
  const replies = Array.from({ length: requesters }, () => new Queue(1));
  const seats = Array.from({ length: workers }, (_, worker): Seat => ({ worker, index: -1, pending: 0 }));
  const heap = new SeatHeap();
  for (const each of seats) heap.push(each);
  const DONE = 1000;
  const places = new Map<number, number>();
  const seat = (): void => {
    for (const { worker, index } of seats) {
      if (places.get(worker) !== index) sim.mark("seat", 1000 * index + worker);
      places.set(worker, index);
    }
  };
  const over = new Queue(1);
  sim.spawn("main", (function* (): Program {
    sim.spawn("balancer", (function* (): Program {
      seat();
      const total = 2 * requesters * rounds;
      for (let k = 0; k < total; k++) {
        const message = (yield { recv: work }) ?? 0;
        if (message >= DONE) {
          const worker = seats[message - DONE]!;
          heap.remove(worker.index);
          worker.pending -= 1;
          heap.push(worker);
          sim.mark("done", message - DONE);
        } else {
          const chosen = heap.pop();
          chosen.pending += 1;
          heap.push(chosen);
          sim.mark("give", chosen.worker);
          yield { send: inboxes[chosen.worker]!, value: message };
        }
        seat();
      }
      for (const inbox of inboxes) sim.close(inbox);
      yield { send: over, value: 1 };
    })());
    for (let n = 0; n < workers; n++) {
      sim.spawn("worker", (function* (): Program {
        for (;;) {
          const requester = yield { recv: inboxes[n]! };
          if (requester === undefined) return;
          sim.mark("serve", n);
          yield { sleep: unitMs * 2 * workers / requesters * (0.3 + 1.7 * random()) };
          sim.mark("served", n);
          yield { send: replies[requester]!, value: 1 };
          yield { send: work, value: DONE + n };
        }
      })());
    }
    for (let n = 0; n < requesters; n++) {
      sim.spawn("requester", (function* (): Program {
        for (let k = 0; k < rounds; k++) {
          yield { sleep: unitMs * random() };
          sim.mark("ask", n);
          yield { send: work, value: n };
          yield { recv: replies[n]! };
          sim.mark("answered", n);
        }
      })());
    }
    yield { recv: over };
  })());
  const wallMs = sim.run();
  const choice: Choice = { ...NOTHING_CHOSEN, program: "balance", threads };
  return [{ kind: "run", run, choice, title: `load balancer, ${workers} workers`, threads, unitMs, stage: { program: "balance", workers, requesters, policy: "heap" } }, ...sim.messages(run, 50), { kind: "end", run, wallMs, stopped: false, facts: [["requests", String(requesters * rounds)]], problems: [] }];
}

/** Queries to replicas: the first answer counts, the others are cancelled. */
export function replicaRun({ replicas = 4, queries = 12, threads = 2, unitMs = 200 } = {}, run = 1): Message[] {
  const sim = new Simulator(threads);
  const random = seededRandom(9);
  sim.spawn("main", (function* (): Program {
    const over = new Queue(1);
    sim.spawn("client", (function* (): Program {
      for (let n = 0; n < queries; n++) {
        sim.mark("query", n);
        const reply = new Queue(replicas);
        const endings = new Queue(replicas);
        const latencies = Array.from({ length: replicas }, () => unitMs * (0.4 + 5 * random()));
        const least = Math.min(...latencies);
        for (let k = 0; k < replicas; k++) {
          sim.spawn("replica", (function* (): Program {
            sim.mark("asked", k);
            const isFirst = latencies[k] === least;
            yield { sleep: isFirst ? latencies[k]! : least + 0.3 };
            sim.mark(isFirst ? "answered" : "cancelled", k);
            if (isFirst) yield { send: reply, value: k };
            yield { send: endings, value: k };
          })());
        }
        const first = yield { recv: reply };
        sim.mark("first", first ?? 0);
        for (let k = 0; k < replicas; k++) yield { recv: endings };
        yield { sleep: unitMs / 2 };
      }
      yield { send: over, value: 1 };
    })());
    yield { recv: over };
  })());
  const wallMs = sim.run();
  return [{ kind: "run", run, choice: { ...NOTHING_CHOSEN, program: "replicas", threads }, title: `${replicas} replicas, the first answer counts`, threads, unitMs, stage: { program: "replicas", replicas, queries } }, ...sim.messages(run, 50), { kind: "end", run, wallMs, stopped: false, facts: [["queries", String(queries)]], problems: [] }];
}

/** The prime sieve: over in milliseconds. */
export function sieveRun({ primes = 12, threads = 2 } = {}, run = 1): Message[] {
  const sim = new Simulator(threads);
  const last = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71][primes - 1] ?? 71;
  sim.spawn("main", (function* (): Program {
    let numbers = new Queue(0);
    const first = numbers;
    sim.spawn("generate", (function* (): Program {
      for (let n = 2; n <= last; n++) {
        sim.mark("send", n);
        yield { send: first, value: n };
      }
      sim.close(first);
    })());
    for (;;) {
      const prime = yield { recv: numbers };
      if (prime === undefined) return;
      sim.mark("prime", prime);
      const [from, to] = [numbers, new Queue(0)];
      sim.spawn("filter", (function* (): Program {
        sim.mark("filter", prime);
        for (;;) {
          const n = yield { recv: from };
          if (n === undefined) break;
          sim.mark("take", n);
          yield { work: 0.01 };
          sim.mark(n % prime === 0 ? "drop" : "pass", n);
          if (n % prime !== 0) yield { send: to, value: n };
        }
        sim.close(to);
      })());
      numbers = to;
    }
  })());
  const wallMs = sim.run();
  return [{ kind: "run", run, choice: { ...NOTHING_CHOSEN, program: "sieve", threads }, title: `prime sieve, ${primes} primes`, threads, unitMs: 0, stage: { program: "sieve", primes } }, ...sim.messages(run, 50), { kind: "end", run, wallMs, stopped: false, facts: [["primes", String(primes)]], problems: [] }];
}

/** Rounds of gains, whose intervals get narrower. */
export function gains(choice: Choice, rounds = 12, structure = 3.7, threads = 1): Message[] {
  return Array.from({ length: rounds }, (_, k): Message => {
    const half = 0.5 / Math.sqrt(k + 1);
    const figure = (value: number) => ({ value, low: k < 2 ? null : value * (1 - half * 0.25), high: k < 2 ? null : value * (1 + half * 0.25) });
    return {
      kind: "gains", choice, round: k + 1, of: rounds,
      bars: [{ label: "G1, 1 thread", ms: 480 }, { label: `${choice.design}, 1 thread`, ms: 480 / structure }, { label: `${choice.design}, 2 threads`, ms: 480 / structure / threads }],
      structure: figure(structure), threads: figure(threads), together: figure(structure * threads),
      verdict: threads > 1.1 ? "Structure and threads both gain: concurrent and parallel." : "Structure gains, threads gain nothing: concurrent only.",
    };
  });
}

/** A prediction for cores that are not here. */
export function foreseen(choice: Choice): Message {
  return { kind: "foreseen", choice, structure: { value: 3.7, low: 3.6, high: 3.8 }, points: [1, 2, 4, 8].map((count) => ({ threads: count, expected: Math.min(count, 3.8), bound: count })), sentence: "More than 4 cores buy nothing: the values go through `burner`.", doubts: ["The model knows nothing of caches."], refused: null };
}

/** A recording of some messages. */
export function recordingOf(messages: readonly Message[], changes: Partial<Welcome> = {}): Recording {
  return { schema: "warren-watch/1", welcome: { ...WELCOME, ...changes }, recordedAt: "2026-12-01T10:00:00.000Z", messages };
}
