/** The backends: each answers a query after a random time, unless the query is cancelled before. */
import { after, select, struct, task, utf8, type Context } from "../../src/index.ts";

/** What a backend searches. */
export const KINDS = ["web", "image", "video"] as const;
export type Kind = (typeof KINDS)[number];

/** A backend takes an integer number of units from 0 to this, all equally likely. */
export const SLOWEST = 99;

/** What a backend finds. */
export interface Found {
  readonly kind: string;
  readonly title: string;
}

/** The channel type of a result. */
export const found = struct({ kind: utf8, title: utf8 });

/** The right answer of a backend to a query. */
export function resultFor(kind: Kind, query: string): Found {
  return { kind, title: `${kind} result for ${query}` };
}

/** Searches one kind; `undefined` if the query was cancelled first. */
export const backend = task(import.meta, async function backend(kind: Kind, query: string, latencyMs: number, search: Context): Promise<Found | undefined> {
  const first = await select({ answer: after(latencyMs), cancelled: search.done });
  return first.case === "cancelled" ? undefined : resultFor(kind, query);
});
