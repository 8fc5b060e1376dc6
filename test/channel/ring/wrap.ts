/** Channels whose positions are about to wrap. */
import type { Channel } from "../../../src/channel/channel.ts";
import { STEP } from "../../../src/channel/words.ts";
import { header } from "../../../src/memory/layout.ts";

/** Sets both positions of an empty channel to `before` values short of the wrap at 2²³. */
export function presetNearWrap(c: unknown, i32: Int32Array, before: number): void {
  const at = (c as Channel<unknown>).header;
  for (const word of [header.send, header.recv, header.headSeen, header.tailSeen, header.sendLap, header.recvLap]) i32[at + word] = (-before * STEP) | 0;
}
