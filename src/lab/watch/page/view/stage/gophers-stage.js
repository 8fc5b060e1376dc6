/**
 * The stage of gophers: for each lane a pile, carts, gophers and an incinerator. It draws a
 * time of the story; the only motion of its own are short glides, and the flight of a burnt book into the flame.
 */
/** @import { GopherStory, CartNow, GopherNow } from "../../story/gophers.js" */
/** @import { Activity } from "../../story/activity.js" */
import { bookDrawing, cartDrawing, incineratorDrawing, say, setTo, svg } from "../draw.js";
import { Figure } from "./figure.js";
import { PART_OF_SCREEN } from "./flights.js";
import { Geometry, LANE } from "./geometry.js";
import { StageView } from "./stage-view.js";
import { Mover, isReduced } from "../motion.js";

/** Pixels for a unit, at most, and the least width in units. */
const LARGEST = 1.55;
const LARGEST_PRESENTED = 2.2;
const LEAST = 0.8;
const LEAST_WIDTH = 470;
const LEAST_LEG = 330;
/** Books of one cart leave one after the other. */
const BETWEEN_MS = 60;
const FED_MS = 260;
/** Books that are drawn of a pile and of a cart; more are a number only. */
const DRAWN_IN_PILE = 48;
const DRAWN_IN_CART = 8;

/**
 * @typedef {{ pile: SVGElement, pileBooks: SVGElement[], pileText: SVGElement, staging: SVGElement | null, stagingBooks: SVGElement[], stagingText: SVGElement | null, fire: SVGElement, fireText: SVGElement, arrived: number, fedMs: number }} DrawnLane
 */

export class GopherStageView extends StageView {
  #story;
  #activity;
  /** @type {Geometry} */
  #geometry;
  #world = svg("g");
  /** @type {Map<number, { drawing: SVGElement, mover: Mover, books: SVGElement[], load: SVGElement }>} */
  #carts = new Map();
  /** @type {Map<number, Figure>} */
  #gophers = new Map();
  /** @type {DrawnLane[]} */
  #lanes = [];

  /** @param {GopherStory} story @param {Activity} activity */
  constructor(story, activity) {
    const { design, gophers, carts, lanes } = story.stage;
    super("gopher-stage", `Design ${design}: ${gophers.length} gophers and ${carts.length} carts move books from ${lanes === 1 ? "a pile to an incinerator" : `${lanes} piles to ${lanes} incinerators`}`);
    this.element.append(this.#world);
    this.#story = story;
    this.#activity = activity;
    this.#geometry = new Geometry(story.stage, 800);
  }

  /** @override @param {number} pixels @param {boolean} isPresented */
  sizeOn(pixels, isPresented) {
    const { legs, lanes } = this.#story.stage;
    // As large as the width allows, and not so small that the carts lie on each other.
    const largest = Math.min(isPresented ? LARGEST_PRESENTED : LARGEST, (innerHeight * PART_OF_SCREEN) / (lanes * LANE));
    const width = Math.round(Math.max(pixels / Math.max(LEAST, largest), LEAST_WIDTH + (legs - 1) * LEAST_LEG));
    this.#geometry = new Geometry(this.#story.stage, width);
    return { width, height: this.#geometry.height };
  }

  /** A cartload of one book is one large book. */
  get #bookSize() {
    return this.#story.stage.booksPerCart === 1 ? 1.9 : 1;
  }

  /** @override */
  build() {
    const { stage } = this.#story;
    const geometry = this.#geometry;
    const ground = svg("g");
    const cartLayer = svg("g");
    const gopherLayer = svg("g");
    this.#world.replaceChildren(ground, cartLayer, gopherLayer, this.flights.layer);
    this.#carts.clear();
    this.#gophers.clear();
    this.#lanes = Array.from({ length: stage.lanes }, (_, lane) => {
      for (let leg = 0; leg < stage.legs; leg++) ground.append(svg("path", { class: "way", d: geometry.ring(lane, leg) }));
      const [pile, fire] = [geometry.pile(lane), geometry.incinerator(lane)];
      const count = Math.min(DRAWN_IN_PILE, (stage.loads[lane] ?? 0) * stage.booksPerCart);
      const pileBooks = booksOf(count, this.#bookSize);
      const pileText = svg("text", { class: "amount", y: 16 });
      const fireText = svg("text", { class: "amount", y: 16 });
      const pileGroup = svg("g", { class: "pile", transform: `translate(${pile.x} ${pile.y})` }, [...pileBooks, pileText]);
      const fireGroup = svg("g", { transform: `translate(${fire.x} ${fire.y})`, "data-lane": lane, "data-burnt": 0 }, [incineratorDrawing(), fireText]);
      ground.append(pileGroup, fireGroup);
      let [staging, stagingText] = /** @type {[SVGElement | null, SVGElement | null]} */ ([null, null]);
      const stagingBooks = stage.legs > 1 ? booksOf(Math.min(DRAWN_IN_PILE, stage.dumpCapacity * stage.booksPerCart), this.#bookSize) : [];
      if (stage.legs > 1) {
        const at = geometry.staging(lane);
        stagingText = svg("text", { class: "amount", y: 16 });
        staging = svg("g", { class: "pile staging", transform: `translate(${at.x} ${at.y})` }, [svg("rect", { class: "pallet", x: -26, y: 0, width: 52, height: 4 }), ...stagingBooks, stagingText]);
        ground.append(staging);
      }
      return { pile: pileGroup, pileBooks, pileText, staging, stagingBooks, stagingText, fire: fireGroup, fireText, arrived: 0, fedMs: -Infinity };
    });
    for (const { n } of stage.carts) {
      const load = svg("g", { class: "load" });
      const books = Array.from({ length: Math.min(DRAWN_IN_CART, stage.booksPerCart) }, (_, k) => stage.booksPerCart === 1 ? bookDrawing(0, -16, n, this.#bookSize) : bookDrawing(k % 2 === 0 ? -6.5 : 6.5, -16 - 4 * Math.floor(k / 2), n + k));
      load.append(...books);
      const drawing = svg("g", { "data-cart": n }, [load, cartDrawing(n)]);
      cartLayer.append(drawing);
      this.#carts.set(n, { drawing, mover: new Mover(drawing), books, load });
    }
    for (const { n } of stage.gophers) {
      const figure = new Figure(n, { "data-gopher": n });
      gopherLayer.append(figure.element);
      this.#gophers.set(n, figure);
    }
  }

  /** @override @param {number} now @param {number} t @param {number | null} since */
  show(now, t, since) {
    const { lanes, carts, gophers } = this.#story.at(t);
    const { booksPerCart, loads, dumpCapacity } = this.#story.stage;
    for (const cart of carts) this.#drawCart(now, cart);
    for (const gopher of gophers) this.#drawGopher(now, t, gopher);
    for (const [lane, { pile, staging, burnt }] of lanes.entries()) {
      const drawn = /** @type {DrawnLane} */ (this.#lanes[lane]);
      if (since === null) drawn.arrived = burnt;
      drawPile(drawn.pile, drawn.pileBooks, drawn.pileText, pile, (loads[lane] ?? 0) * booksPerCart);
      if (drawn.staging !== null && drawn.stagingText !== null) drawPile(drawn.staging, drawn.stagingBooks, drawn.stagingText, staging, dumpCapacity * booksPerCart);
    }
    if (since !== null) this.#burn(now, since, t);
  }

  /** @override @param {number} now */
  settle(now) {
    for (const { fire, fireText, arrived, fedMs } of this.#lanes) {
      setTo(fire, "data-burnt", arrived);
      setTo(fire, "class", now - fedMs < FED_MS ? "fed" : "");
      say(fireText, `${arrived} burnt`);
    }
  }

  /** @param {number} now @param {CartNow} cart */
  #drawCart(now, cart) {
    const drawn = this.#carts.get(cart.n);
    if (drawn === undefined) return;
    const { step } = cart;
    drawn.mover.place(now, step === null ? `${cart.zone} ${cart.slot}` : `${step.kind} ${step.from}`, this.#geometry.cart(isReduced() ? { ...cart, progress: 0 } : cart));
    setTo(drawn.drawing, "data-books", cart.books);
    setTo(drawn.drawing, "data-step", step?.kind ?? "");
    const shown = Math.ceil((cart.books / this.#story.stage.booksPerCart) * drawn.books.length);
    for (const [k, book] of drawn.books.entries()) setTo(book, "visibility", k < shown ? "visible" : "hidden");
  }

  /** @param {number} now @param {number} t @param {GopherNow} gopher */
  #drawGopher(now, t, gopher) {
    const drawn = this.#gophers.get(gopher.n);
    if (drawn === undefined) return;
    const { step, last } = gopher;
    const stand = this.#geometry.gopher(isReduced() && step !== null ? { ...gopher, progress: 0 } : gopher);
    drawn.mover.place(now, step === null ? `stands ${last?.from ?? ""}` : `${step.kind} ${step.from}`, stand);
    drawn.show(this.#activity, gopher.task, t);
    drawn.face(stand.facing);
    setTo(drawn.element, "data-step", step?.kind ?? "");
  }

  /** Sends books that were burnt in a time on their way. @param {number} now @param {number} from @param {number} to */
  #burn(now, from, to) {
    for (const [k, { lane, cart, book }] of this.#story.burntIn(from, to).entries()) {
      const mover = this.#carts.get(cart)?.mover;
      const fire = this.#geometry.incinerator(lane);
      this.flights.send(svg("g", { "data-flight": book }, [bookDrawing(0, 0, book, this.#bookSize)]), {
        from: { x: mover?.x ?? fire.x, y: (mover?.y ?? fire.y) - 20 },
        to: { x: fire.x, y: fire.y - 20 },
        startMs: now + BETWEEN_MS * k,
        rise: 34,
        turns: 200,
        arrived: () => this.#arrive(now, lane, book),
      });
    }
  }

  /** @param {number} now @param {number} lane @param {number} book */
  #arrive(now, lane, book) {
    const at = this.#lanes[lane];
    if (at === undefined) return;
    at.arrived += 1;
    at.fedMs = Math.max(now, performance.now());
    at.fire.setAttribute("data-last", String(book));
    this.onArrival();
  }
}

/** Books on a heap, the lowest row first. @param {number} count @param {number} size */
function booksOf(count, size) {
  const columns = size === 1 ? 3 : 2;
  return Array.from({ length: count }, (_, k) => {
    const row = Math.floor(k / columns);
    return bookDrawing((k % columns - (columns - 1) / 2) * 13.5 * size + (row % 2 === 0 ? 0 : 1.5), -4 * size * row, k * 7 + row, size);
  });
}

/** @param {SVGElement} group @param {readonly SVGElement[]} drawn @param {SVGElement} text @param {number} books @param {number} most */
function drawPile(group, drawn, text, books, most) {
  setTo(group, "data-books", books);
  const shown = most === 0 ? 0 : Math.min(drawn.length, Math.ceil((books / most) * drawn.length));
  for (const [k, book] of drawn.entries()) setTo(book, "visibility", k < shown ? "visible" : "hidden");
  say(text, books === 1 ? "1 book" : `${books} books`);
}
