/**
 * The story of gophers, carts and books, from the marks of the tasks.
 *
 * A cart goes round its leg: `load` takes it from the near end, empty, to the near end,
 * full; `carry` to the far end; `burn` or `unload` empties it there; `return` brings it back.
 * Between two steps it waits in the queue of the zone where its last step ended.
 *
 * Books are conserved at every time: pile + staging piles + carts + burnt = all. In the
 * middle of a step a part of the cartload is over, as much as the step has lasted.
 */
/** @import { Stage, MarkLine } from "../../protocol.ts" */
import { Level, countUpTo, insert, lastUpTo } from "./sorted.js";
import { dropBefore } from "./activity.js";

/**
 * @typedef {Extract<Stage, { program: "gophers" }>} GopherStage
 * @typedef {"near empty" | "near full" | "far full" | "far empty"} Zone
 * @typedef {"load" | "carry" | "burn" | "unload" | "return" | "walk"} StepKind
 *
 * @typedef {{ readonly kind: StepKind, readonly gopher: number, readonly cart: number, readonly from: number, to: number, readonly books: number, startSlot: number, endSlot: number }} Step
 *   A step; `to` is infinite as long as its end is not known. Slots: places in the queues of the zones.
 *
 * @typedef {{ readonly n: number, readonly lane: number, readonly leg: number, readonly books: number, readonly step: Step | null, readonly progress: number, readonly zone: Zone, readonly slot: number }} CartNow
 * @typedef {{ readonly n: number, readonly lane: number, readonly leg: number, readonly task: number, readonly step: Step | null, readonly progress: number, readonly last: Step | null }} GopherNow
 * @typedef {{ readonly pile: number, readonly staging: number, readonly burnt: number }} LaneNow
 * @typedef {{ readonly carts: readonly CartNow[], readonly gophers: readonly GopherNow[], readonly lanes: readonly LaneNow[] }} GophersNow
 * @typedef {{ readonly ms: number, readonly lane: number, readonly cart: number, readonly book: number }} Burnt
 */

/** Where a cart is after a step, and where it waits before it. @type {Readonly<Record<StepKind, Zone>>} */
const ZONE_AFTER = { load: "near full", carry: "far full", burn: "far empty", unload: "far empty", return: "near empty", walk: "near empty" };
const STEPS = new Set(["load", "carry", "burn", "unload", "return", "walk"]);

export class GopherStory {
  /** @type {GopherStage} */
  stage;
  /** @type {Map<number, { n: number, lane: number, leg: number, startZone: Zone, startSlot: number, steps: Step[], books: Level, zone: Zone, slots: { ms: number, zone: Zone, order: number }[] }>} */
  #carts = new Map();
  /** @type {Map<number, { n: number, lane: number, leg: number, task: number, steps: Step[] }>} */
  #gophers = new Map();
  /** @type {Map<number, number>} */
  #gopherOfTask = new Map();
  /** Steps whose end is not known, by task. @type {Map<number, Step>} */
  #open = new Map();
  /** The cart from which a task burns, or has burnt last. @type {Map<number, number>} */
  #burning = new Map();
  /** @type {{ pile: Level, staging: Level, burnt: Level }[]} */
  #lanes;
  #order = 0;
  /** Every burnt book, by time. @type {Burnt[]} */
  burnt = [];
  longestStepMs = 0;

  /** @param {GopherStage} stage */
  constructor(stage) {
    this.stage = stage;
    this.#lanes = Array.from({ length: stage.lanes }, (_, lane) => ({ pile: new Level((stage.loads[lane] ?? 0) * stage.booksPerCart), staging: new Level(0), burnt: new Level(0) }));
    for (const { n, lane, leg } of stage.gophers) this.#gophers.set(n, { n, lane, leg, task: 0, steps: [] });
    for (const { n, lane, leg, at } of stage.carts) {
      const zone = at === "near" ? "near empty" : "far empty";
      this.#carts.set(n, { n, lane, leg, startZone: zone, startSlot: this.#waitingIn(lane, leg, zone), steps: [], books: new Level(0), zone, slots: [{ ms: -Infinity, zone, order: this.#order++ }] });
    }
  }

  /** Marks in the order of time. @param {MarkLine} mark */
  add([ms, task, , name, n]) {
    if (name === "gopher") {
      const gopher = this.#gophers.get(n);
      if (gopher === undefined) return;
      gopher.task = task;
      this.#gopherOfTask.set(task, n);
    } else if (name === "done") this.#end(task, ms);
    else if (name === "burnt") this.#burn(task, ms, n);
    else if (STEPS.has(name)) this.#begin(/** @type {StepKind} */ (name), task, ms, n);
  }

  /** @param {StepKind} kind @param {number} task @param {number} ms @param {number} cartNumber */
  #begin(kind, task, ms, cartNumber) {
    const gopher = this.#gophers.get(this.#gopherOfTask.get(task) ?? -1);
    if (gopher === undefined) return;
    this.#end(task, ms);
    const cart = this.#carts.get(cartNumber);
    if (cart !== undefined) {
      // Another gopher has the cart now, also if the mark that says so was lost.
      for (const [other, step] of this.#open) if (step.cart === cartNumber) this.#end(other, ms);
      for (const [other, burning] of this.#burning) if (burning === cartNumber) this.#burning.delete(other);
    }
    const books = cart === undefined ? 0 : this.#takeBooks(kind, cart, ms);
    /** @type {Step} */
    const step = { kind, gopher: gopher.n, cart: cartNumber, from: ms, to: Infinity, books, startSlot: cart === undefined ? 0 : this.#slotOf(cart), endSlot: 0 };
    insert(gopher.steps, step, fromOfStep);
    if (cart !== undefined) {
      insert(cart.steps, step, fromOfStep);
      cart.zone = "near empty";
      cart.slots.push({ ms, zone: /** @type {Zone} */ (""), order: 0 });
    }
    if (kind === "burn") this.#burning.set(task, cartNumber);
    this.#open.set(task, step);
  }

  /** Books that a step moves: they leave the pile when it begins, and arrive when it ends. @param {StepKind} kind @param {{ lane: number, leg: number, books: Level }} cart @param {number} ms */
  #takeBooks(kind, { lane, leg, books }, ms) {
    const place = /** @type {{ pile: Level, staging: Level }} */ (this.#lanes[lane]);
    if (kind !== "load") return kind === "unload" ? books.last : 0;
    const { booksPerCart } = this.stage;
    if (leg > 0 && place.staging.last < booksPerCart) {
      // The cartload is taken from the staging pile just before the gopher that brought it notes that its step is over.
      for (const [task, step] of this.#open) if (step.kind === "unload" && this.#carts.get(step.cart)?.lane === lane) this.#end(task, ms);
    }
    const source = leg > 0 ? place.staging : place.pile;
    const taken = Math.max(0, Math.min(booksPerCart, source.last));
    source.add(ms, -taken);
    books.add(ms, taken);
    return taken;
  }

  /** @param {number} task @param {number} ms */
  #end(task, ms) {
    const step = this.#open.get(task);
    if (step === undefined) return;
    this.#open.delete(task);
    step.to = ms;
    this.longestStepMs = Math.max(this.longestStepMs, ms - step.from);
    const cart = this.#carts.get(step.cart);
    if (cart === undefined) return;
    const zone = ZONE_AFTER[step.kind];
    step.endSlot = this.#waitingIn(cart.lane, cart.leg, zone);
    cart.zone = zone;
    cart.slots.push({ ms, zone, order: this.#order++ });
    if (step.kind === "unload") {
      cart.books.add(ms, -step.books);
      /** @type {{ staging: Level }} */ (this.#lanes[cart.lane]).staging.add(ms, step.books);
    }
  }

  /** @param {number} task @param {number} ms @param {number} book */
  #burn(task, ms, book) {
    const cart = this.#carts.get(this.#burning.get(task) ?? -1);
    if (cart === undefined || cart.books.last === 0) return;
    cart.books.add(ms, -1);
    /** @type {{ burnt: Level }} */ (this.#lanes[cart.lane]).burnt.add(ms, 1);
    insert(this.burnt, { ms, lane: cart.lane, cart: cart.n, book }, msOfBurnt);
  }

  /** How many carts wait in a zone, of what is known. @param {number} lane @param {number} leg @param {Zone} zone */
  #waitingIn(lane, leg, zone) {
    let count = 0;
    for (const cart of this.#carts.values()) if (cart.lane === lane && cart.leg === leg && cart.slots.at(-1)?.zone === zone) count++;
    return count;
  }

  /** A cart's place in the queue in which it waits, of what is known. @param {{ lane: number, leg: number, slots: { zone: Zone, order: number }[] }} cart */
  #slotOf({ lane, leg, slots }) {
    const own = slots.at(-1);
    if (own === undefined) return 0;
    let before = 0;
    for (const cart of this.#carts.values()) {
      const place = cart.slots.at(-1);
      if (cart.lane === lane && cart.leg === leg && place !== undefined && place.zone === own.zone && place.order < own.order) before++;
    }
    return before;
  }

  /** The start of the earliest step whose end is not known. */
  get openSinceMs() {
    let since = Infinity;
    for (const { from } of this.#open.values()) since = Math.min(since, from);
    return since;
  }

  /** A task has ended: what it has begun is over, also if the mark that says so was lost. @param {number} task @param {number} ms */
  taskEnded(task, ms) {
    this.#end(task, ms);
  }

  /** @param {number} t @returns {GophersNow} */
  at(t) {
    const lanes = this.#lanes.map(({ pile, staging, burnt }) => ({ pile: pile.at(t), staging: staging.at(t), burnt: burnt.at(t) }));
    const places = [...this.#carts.values()].map((cart) => ({ cart, place: /** @type {{ zone: Zone, order: number }} */ (lastUpTo(cart.slots, t, msOfSlot)) }));
    const carts = places.map(({ cart, place }) => {
      const { n, lane, leg } = cart;
      const step = stepAt(cart.steps, t);
      let books = cart.books.at(t);
      const progress = step === null ? 0 : progressOf(step, t);
      if (step !== null) {
        const over = Math.floor(step.books * progress);
        const at = /** @type {{ pile: number, staging: number }} */ (lanes[lane]);
        if (step.kind === "load") {
          // What is not in the cart yet still lies where it is taken from.
          books -= step.books - over;
          if (leg > 0) at.staging += step.books - over;
          else at.pile += step.books - over;
        } else if (step.kind === "unload") {
          books -= over;
          at.staging += over;
        }
      }
      const slot = step !== null ? 0 : places.filter((other) => other.cart.lane === lane && other.cart.leg === leg && other.place.zone === place.zone && other.place.order < place.order).length;
      return { n, lane, leg, books, step, progress, zone: place.zone, slot };
    });
    const gophers = [...this.#gophers.values()].map(({ n, lane, leg, task, steps }) => {
      const last = lastUpTo(steps, t, fromOfStep) ?? null;
      const step = last !== null && t < last.to ? last : null;
      return { n, lane, leg, task, step, progress: step === null ? 0 : progressOf(step, t), last };
    });
    return { lanes, carts, gophers };
  }

  /** Books burnt in a time: after `from`, up to `to`. @param {number} from @param {number} to */
  burntIn(from, to) {
    return this.burnt.slice(countUpTo(this.burnt, from, msOfBurnt), countUpTo(this.burnt, to, msOfBurnt));
  }

  /** @param {number} task */
  gopherOf(task) {
    return this.#gopherOfTask.get(task) ?? 0;
  }

  /** Forgets steps that ended before. @param {number} ms */
  forget(ms) {
    for (const cart of this.#carts.values()) {
      dropBefore(cart.steps, ms, fromOfStep);
      dropBefore(cart.slots, ms, msOfSlot);
      cart.books.forget(ms);
    }
    for (const { steps } of this.#gophers.values()) dropBefore(steps, ms, fromOfStep);
    for (const { pile, staging, burnt } of this.#lanes) for (const level of [pile, staging, burnt]) level.forget(ms);
    dropBefore(this.burnt, ms, msOfBurnt);
  }
}

/** @param {readonly Step[]} steps @param {number} t */
function stepAt(steps, t) {
  const step = lastUpTo(steps, t, fromOfStep);
  return step !== undefined && t < step.to ? step : null;
}

/** From 0 to 1; 0 as long as the end is not known. @param {Step} step @param {number} t */
function progressOf({ from, to }, t) {
  return to === Infinity ? 0 : (t - from) / (to - from);
}

/** @param {Step} step */
function fromOfStep({ from }) {
  return from;
}

/** @param {{ readonly ms: number }} slot */
function msOfSlot({ ms }) {
  return ms;
}

/** @param {Burnt} burnt */
function msOfBurnt({ ms }) {
  return ms;
}
