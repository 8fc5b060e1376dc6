/**
 * A small discrete-event simulator, to hold the model against: gophers are
 * generators that wait, compute on a thread (first come first served, not
 * interrupted), send and receive. It knows the designs only as procedures, as
 * `workers/gophers/crew.ts` has them, and nothing of the model's formulas.
 */
import { COMPUTING, legsOf, placementOf, type Leg, type ModelDesign } from "../../../../src/lab/talk/gophers/model.ts";
import type { FiniteRun } from "../../../../src/lab/talk/gophers/finish.ts";

type Request =
  | { readonly do: "wait"; readonly units: number }
  | { readonly do: "compute"; readonly units: number }
  | { readonly do: "send"; readonly to: Queue; readonly value: number }
  | { readonly do: "recv"; readonly from: Queue };
type Process = Generator<Request, void, number | undefined>;
type Resume = (value?: number) => void;

class Queue {
  readonly values: number[] = [];
  readonly receivers: Resume[] = [];
  readonly senders: { value: number; resume: Resume }[] = [];
  readonly capacity: number;
  closed = false;

  constructor(capacity: number, values: readonly number[] = []) {
    this.capacity = capacity;
    this.values.push(...values);
  }
}

/** Virtual time in units; events of one moment in the order in which they were made. */
class Clock {
  now = 0;
  #order = 0;
  readonly #events: { at: number; order: number; run: () => void }[] = [];

  after(units: number, run: () => void): void {
    this.#events.push({ at: this.now + units, order: this.#order++, run });
  }

  runAll(): void {
    for (;;) {
      let first = -1;
      for (const [i, { at, order }] of this.#events.entries()) {
        const best = this.#events[first];
        if (!best || at < best.at - 1e-12 || (at <= best.at + 1e-12 && order < best.order)) first = i;
      }
      const [event] = first < 0 ? [] : this.#events.splice(first, 1);
      if (!event) return;
      this.now = Math.max(this.now, event.at);
      event.run();
    }
  }
}

class Processor {
  readonly #clock: Clock;
  #busyUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  compute(units: number, resume: Resume): void {
    const start = Math.max(this.#clock.now, this.#busyUntil);
    this.#busyUntil = start + units;
    this.#clock.after(this.#busyUntil - this.#clock.now, resume);
  }
}

function start(clock: Clock, processor: Processor, process: Process): void {
  const step: Resume = (value) => {
    const { done, value: request } = process.next(value);
    if (done || !request) return;
    if (request.do === "wait") clock.after(request.units, step);
    else if (request.do === "compute") processor.compute(request.units, step);
    else if (request.do === "send") send(clock, request.to, request.value, step);
    else recv(clock, request.from, step);
  };
  clock.after(0, step);
}

function send(clock: Clock, to: Queue, value: number, resume: Resume): void {
  const receiver = to.receivers.shift();
  if (receiver) clock.after(0, () => receiver(value));
  else if (to.values.length < to.capacity) to.values.push(value);
  else {
    to.senders.push({ value, resume });
    return;
  }
  clock.after(0, resume);
}

function recv(clock: Clock, from: Queue, resume: Resume): void {
  const value = from.values.shift();
  const sender = from.senders.shift();
  if (value === undefined && !from.closed) {
    from.receivers.push(resume);
    return;
  }
  if (sender) {
    from.values.push(sender.value);
    clock.after(0, sender.resume);
  }
  clock.after(0, () => resume(value));
}

function close(clock: Clock, queue: Queue): void {
  queue.closed = true;
  for (const receiver of queue.receivers.splice(0)) clock.after(0, () => receiver());
}

/** Units until the last book is burnt. `draw` makes the length of a step from its mean; default: the mean. */
export function simulate(run: FiniteRun, draw: (units: number) => number = (units) => units): number {
  const { design, steps, world, threads, loads, dumpCapacity = 4 } = run;
  const clock = new Clock();
  const processors = Array.from({ length: threads }, () => new Processor(clock));
  const placement = placementOf(run);
  const share = COMPUTING[world];
  let gopher = 0;
  let lastBurn = 0;

  function* labour(mean: number): Process {
    const units = draw(mean);
    if (units * share > 0) yield { do: "compute", units: units * share };
    if (units * (1 - share) > 0) yield { do: "wait", units: units * (1 - share) };
  }

  const post = (process: Process) => start(clock, processors[placement[gopher++]], process);
  for (let lane = 0; lane < design.lanes; lane++) {
    const pile = { left: Math.floor((loads * (lane + 1)) / design.lanes) - Math.floor((loads * lane) / design.lanes) };
    const legs = legsOf(design, steps);
    const dump = new Queue(dumpCapacity);
    for (const [index, leg] of legs.entries()) {
      const ends = {
        *load(): Generator<Request, boolean, number | undefined> {
          if (index === 0) {
            if (pile.left === 0) return false;
            pile.left -= 1;
          } else if ((yield { do: "recv", from: dump }) === undefined) return false;
          yield* labour(leg.load);
          return true;
        },
        *unload(): Process {
          yield* labour(leg.unload);
          if (index + 1 < legs.length) yield { do: "send", to: dump, value: 1 };
          else lastBurn = clock.now;
        },
        finish: () => close(clock, dump),
      };
      for (const process of crew(clock, design, leg, ends, labour)) post(process);
    }
  }
  clock.runAll();
  return lastBurn;
}

interface Ends {
  load(): Generator<Request, boolean, number | undefined>;
  unload(): Process;
  finish(): void;
}

function crew(clock: Clock, design: ModelDesign, leg: Leg, { load, unload, finish }: Ends, labour: (units: number) => Process): Process[] {
  const { team, carts } = design;
  const all = Array.from({ length: carts }, (_, i) => i);
  const resting = team === "trio" ? Math.floor((carts - 1) / 2) : 0;
  const [loaded, delivered] = [new Queue(carts), new Queue(carts)];
  const emptied = new Queue(carts, all.slice(0, resting));
  const empties = new Queue(carts, all.slice(resting));
  const [pileToken, fireToken] = [new Queue(1, [1]), new Queue(1, [1])];

  function* soloist(): Process {
    while (yield* load()) {
      yield* labour(leg.move);
      yield* unload();
      yield* labour(leg.back);
    }
    finish();
  }
  function* sharer(): Process {
    for (;;) {
      const cart = yield { do: "recv", from: empties };
      const more = yield* load();
      if (more) {
        yield* labour(leg.move);
        yield* unload();
        yield* labour(leg.back);
      }
      yield { do: "send", to: empties, value: cart! };
      if (!more) return;
    }
  }
  function* queuer(): Process {
    for (;;) {
      yield { do: "recv", from: pileToken };
      const more = yield* load();
      yield { do: "send", to: pileToken, value: 1 };
      if (!more) return;
      yield* labour(leg.move);
      yield { do: "recv", from: fireToken };
      yield* unload();
      yield { do: "send", to: fireToken, value: 1 };
      yield* labour(leg.back);
    }
  }
  function* loader(): Process {
    for (;;) {
      const cart = yield { do: "recv", from: empties };
      if (cart === undefined || !(yield* load())) break;
      yield { do: "send", to: loaded, value: cart };
    }
    close(clock, loaded);
  }
  function* relay(from: Queue, to: Queue, work: () => Process, walk: number, last?: () => void): Process {
    for (;;) {
      const cart = yield { do: "recv", from };
      if (cart === undefined) break;
      yield* work();
      yield { do: "send", to, value: cart };
      yield* labour(walk);
    }
    last?.();
    close(clock, to);
  }
  function* carrier(): Process {
    for (;;) {
      const full = yield { do: "recv", from: loaded };
      if (full === undefined) break;
      yield* labour(leg.move);
      yield { do: "send", to: delivered, value: full };
      const empty = yield { do: "recv", from: emptied };
      yield* labour(leg.back);
      yield { do: "send", to: empties, value: empty! };
    }
    close(clock, delivered);
  }

  const burner = relay(delivered, emptied, unload, 0, finish);
  if (team === "single") return [soloist()];
  if (team === "pair") return carts === 1 ? [sharer(), sharer()] : [queuer(), queuer()];
  if (team === "trio") return [loader(), carrier(), burner];
  const mover = relay(loaded, delivered, () => labour(leg.move), leg.walk);
  return [loader(), mover, burner, relay(emptied, empties, () => labour(leg.back), leg.walk)];
}
