/** Shared maps and their loads after a thread's death. */
import { KIND, syncHeader } from "../memory/layout.ts";
import { Names } from "../memory/names.ts";
import type { Waiters } from "../wait/waiter.ts";
import { LoadingMap } from "./loading-map.ts";
import { Entries } from "./entry.ts";
import { Load } from "./load.ts";

/** As `repairSyncObject`, for the header of a map or of a load; false if it is of another kind. */
export function repairMapObject(waiters: Waiters, at: number, dead: number): boolean {
  const { i32 } = waiters.arena;
  const kind = i32[at + syncHeader.kind];
  if (kind !== KIND.map && kind !== KIND.load) return false;
  const Shared = kind === KIND.map ? LoadingMap : Load;
  new Shared(waiters, at, i32[at + syncHeader.generation], new Entries(waiters, new Names(waiters.arena))).repair(dead);
  return true;
}
