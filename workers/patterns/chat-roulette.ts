/**
 * Chat roulette: one channel connects strangers. In one select, each offers itself and
 * looks for another. Source: Gerrand, *Go: code
 * that grows with grace* (2012).
 */
import { chan, chanOf, i32, select, spawn, struct, task, type Chan } from "../../src/index.ts";
import { same, type PatternCheck } from "./check.ts";

const STRANGERS = 100;
const STRANGER = struct({ name: i32, ear: chanOf(i32) });
interface Stranger {
  readonly name: number;
  readonly ear: Chan<number>;
}

/** Finds a partner and sends it its own name; returns the name that it receives. */
const visit = task(import.meta, async function visit(name: number, lounge: Chan<Stranger>): Promise<number> {
  const ear = chan(i32, 1);
  const met = await select({ offer: lounge.sending({ name, ear }), partner: lounge });
  // The one that found the other introduces both.
  if (met.case === "partner" && met.value !== undefined) {
    await met.value.ear.send(name);
    await ear.send(met.value.name);
  }
  return (await ear.recv()) as number;
});

export const chatRoulette = task(import.meta, async function chatRoulette(): Promise<PatternCheck[]> {
  const lounge = chan(STRANGER);
  const partners = await Promise.all(Array.from({ length: STRANGERS }, (_, name) => spawn(visit, name, lounge)));
  const mutual = partners.filter((partner, name) => partner !== name && partners[partner] === name);
  return [same("strangers with a partner who has them", STRANGERS, mutual.length), same("different partners", STRANGERS, new Set(partners).size)];
});
