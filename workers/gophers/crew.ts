/**
 * The roles: what each gopher of a team does, as a task that any thread can run.
 *
 * Every role ends in the same way: when its input closes, it closes its output. The
 * loader closes the first channel when the pile is empty. The carts return to the
 * loader, so it knows that all is done when no more empty carts arrive.
 */
import { task, type Chan, type Receiver, type Sender } from "../../src/index.ts";
import { Gopher, type Post, type Report } from "./gopher.ts";

/** The value of a token, which has no meaning: only holding the token counts. */
const TOKEN = 1;

/** G1, G4, G8, G9: one gopher does all four steps with its own cart. */
export const soloist = task(import.meta, async function soloist(post: Post, cart: number): Promise<Report> {
  const gopher = await Gopher.arrive(post);
  gopher.take(cart);
  while (await gopher.load(cart)) {
    await gopher.move(cart);
    await gopher.unload(cart);
    await gopher.bringBack(cart);
  }
  gopher.park(cart);
  gopher.finish();
  return gopher.leave();
});

/** G2: does all four steps with the shared cart, which is also the token. */
export const sharer = task(import.meta, async function sharer(post: Post, carts: Chan<number>): Promise<Report> {
  const gopher = await Gopher.arrive(post);
  for await (const cart of carts) {
    gopher.take(cart);
    const loaded = await gopher.load(cart);
    if (loaded) {
      await gopher.move(cart);
      await gopher.unload(cart);
      await gopher.bringBack(cart);
    }
    await carts.send(gopher.pass(cart));
    if (!loaded) break;
  }
  return gopher.leave();
});

/** G3: does all four steps with its own cart, and waits for a token at both ends. */
export const queuer = task(
  import.meta,
  async function queuer(post: Post, cart: number, pile: Chan<number>, incinerator: Chan<number>): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    gopher.take(cart);
    for (;;) {
      await pile.recv();
      const loaded = await gopher.load(cart);
      await pile.send(TOKEN);
      if (!loaded) break;
      await gopher.move(cart);
      await incinerator.recv();
      await gopher.unload(cart);
      await incinerator.send(TOKEN);
      await gopher.bringBack(cart);
    }
    gopher.park(cart);
    return gopher.leave();
  },
);

/** G5, G6, …: loads. All carts end with this gopher. */
export const loader = task(
  import.meta,
  async function loader(post: Post, empties: Receiver<number>, loaded: Sender<number>): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    for await (const cart of empties) {
      gopher.take(cart);
      if (!(await gopher.load(cart))) {
        gopher.park(cart);
        break;
      }
      await loaded.send(gopher.pass(cart));
    }
    loaded.close();
    for await (const cart of empties) {
      gopher.take(cart);
      gopher.park(cart);
    }
    return gopher.leave();
  },
);

/** G5: carries a full cart to the incinerator, and an empty one back. */
export const carrier = task(
  import.meta,
  async function carrier(
    post: Post,
    loaded: Receiver<number>,
    delivered: Sender<number>,
    emptied: Receiver<number>,
    empties: Sender<number>,
  ): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    for await (const full of loaded) {
      gopher.take(full);
      await gopher.move(full);
      await delivered.send(gopher.pass(full));
      const empty = await emptied.recv();
      if (empty === undefined) break;
      gopher.take(empty);
      await gopher.bringBack(empty);
      await empties.send(gopher.pass(empty));
    }
    delivered.close();
    for await (const cart of emptied) {
      gopher.take(cart);
      gopher.park(cart);
    }
    empties.close();
    return gopher.leave();
  },
);

/** G6, G7, G10, G11: carries full carts, and walks back. */
export const mover = task(
  import.meta,
  async function mover(post: Post, loaded: Receiver<number>, delivered: Sender<number>): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    for await (const cart of loaded) {
      gopher.take(cart);
      await gopher.move(cart);
      await delivered.send(gopher.pass(cart));
      await gopher.walk();
    }
    delivered.close();
    return gopher.leave();
  },
);

/** G5, G6, …: unloads, and burns the books or puts them on the staging pile. */
export const burner = task(
  import.meta,
  async function burner(post: Post, delivered: Receiver<number>, emptied: Sender<number>): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    for await (const cart of delivered) {
      gopher.take(cart);
      await gopher.unload(cart);
      await emptied.send(gopher.pass(cart));
    }
    gopher.finish();
    emptied.close();
    return gopher.leave();
  },
);

/** G6, G7, G10, G11: the fourth gopher, which brings the empty carts back. */
export const returner = task(
  import.meta,
  async function returner(post: Post, emptied: Receiver<number>, empties: Sender<number>): Promise<Report> {
    const gopher = await Gopher.arrive(post);
    for await (const cart of emptied) {
      gopher.take(cart);
      await gopher.bringBack(cart);
      await empties.send(gopher.pass(cart));
      await gopher.walk();
    }
    empties.close();
    return gopher.leave();
  },
);
