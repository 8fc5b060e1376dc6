/** Cases on one thread and on two: the quick set has those on two. */
import { describe } from "vitest";

/** Registers `body` for one thread and for two; `%i` in the title is their number. */
export function onThreads(title: string, body: (threads: number) => void): void {
  for (const threads of [1, 2]) describe(title.replace("%i", String(threads)), { tags: threads === 2 ? [] : ["deep"] }, () => body(threads));
}
