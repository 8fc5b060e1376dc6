/** Looks at the page on each of its frames, from within the browser: what moves is checked where it is drawn. */
import type { Page } from "playwright-core";

/** On each frame, after the page has drawn: what is on the stage, checked. What it saw is in `seen` of the window. */
export const WATCHER = `(() => {
  const seen = window.seen = { frames: 0, wrong: [], arrivals: [], flights: 0, places: {}, states: {} };
  const note = (text) => { if (seen.wrong.length < 20) seen.wrong.push(text); };
  const number = (element, name) => Number(element.dataset[name]);
  const look = () => {
    const stage = document.querySelector("svg.gopher-stage");
    const carts = [...document.querySelectorAll("#stage [data-cart]")];
    if (carts.length === 0) return;
    seen.frames++;
    const names = carts.map((cart) => cart.dataset.cart).join();
    seen.carts ??= names;
    if (names !== seen.carts) note("carts " + names);
    const flights = document.querySelectorAll("#stage [data-flight]").length;
    seen.flights = Math.max(seen.flights, flights);
    const books = [...document.querySelectorAll("#stage [data-books]")].reduce((sum, each) => sum + number(each, "books"), 0) + flights + [...document.querySelectorAll("#stage [data-burnt]")].reduce((sum, each) => sum + number(each, "burnt"), 0);
    seen.books ??= books;
    if (books !== seen.books) note("books " + books + ", not " + seen.books);
    const running = [...document.querySelectorAll('#stage [data-gopher][data-state="running"]')].map((gopher) => gopher.dataset.thread);
    if (new Set(running).size !== running.length) note("two gophers run on thread " + running.join());
    for (const gopher of document.querySelectorAll("#stage [data-gopher]")) seen.states[gopher.dataset.state] = true;
    const [, , width, height] = stage.getAttribute("viewBox").split(" ").map(Number);
    for (const cart of carts) {
      const [x, y] = cart.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
      if (!(x >= 0 && x <= width && y >= 0 && y <= height)) note("cart " + cart.dataset.cart + " at " + x + "," + y);
      (seen.places[cart.dataset.cart] ??= new Set()).add(x + "," + y);
    }
  };
  const original = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => original((now) => { callback(now); look(); });
  new MutationObserver((records) => {
    for (const { target, oldValue } of records) if (oldValue !== null) seen.arrivals.push(Number(oldValue));
  }).observe(document, { subtree: true, attributeFilter: ["data-last"], attributeOldValue: true });
})()`;

/** What the watcher saw. */
export interface Seen {
  readonly frames: number;
  readonly wrong: readonly string[];
  readonly arrivals: readonly number[];
  readonly flights: number;
  readonly books: number;
  readonly states: Readonly<Record<string, true>>;
  readonly last: readonly number[];
  readonly burnt: readonly number[];
  readonly places: number;
}

/** What the watcher saw, and the last book of each incinerator, which no change has replaced. */
export function seenBy(page: Page): Promise<Seen> {
  return page.evaluate(`({ ...seen, places: Math.max(...Object.values(seen.places).map(({ size }) => size)), last: [...document.querySelectorAll("[data-last]")].map((fire) => Number(fire.dataset.last)), burnt: [...document.querySelectorAll("[data-burnt]")].map((fire) => Number(fire.dataset.burnt)) })`);
}

/** What an element says. */
export const text = (page: Page, id: string): Promise<string> => page.locator(`#${id}`).innerText();
/** The time that the page shows, in the unit that it chose. */
export const shownTime = async (page: Page): Promise<number> => Number.parseFloat(await text(page, "time"));
/** Asks until an expression is true. The page's policy forbids that it asks itself. */
export async function until(page: Page, expression: string): Promise<void> {
  while ((await page.evaluate(expression)) !== true) await page.waitForTimeout(30);
}

/** The run is shown to its end, and the last book has arrived. */
export const untilTheEnd = (page: Page): Promise<void> => until(page, `document.getElementById("pause").textContent === "Again" && document.querySelectorAll("[data-flight]").length === 0`);
