/** The stage for a story: one for each program. */
/** @import { Story } from "../story/story.js" */
import { GopherStory } from "../story/gophers.js";
import { BalanceStory } from "../story/balance.js";
import { ReplicaStory } from "../story/replicas.js";
import { BalanceStageView } from "./stage-balance.js";
import { GopherStageView } from "./stage-gophers.js";
import { ReplicaStageView } from "./stage-replicas.js";
import { SieveStageView } from "./stage-sieve.js";

/** @typedef {{ readonly element: Element, onArrival: () => void, readonly isMoving: boolean, resize: (pixels: number, isPresented: boolean) => void, draw: (now: number, t: number, isContinuous: boolean) => void }} StageView */

/** @param {Story} story @returns {StageView} */
export function stageOf({ scene, activity }) {
  if (scene instanceof GopherStory) return new GopherStageView(scene, activity);
  if (scene instanceof BalanceStory) return new BalanceStageView(scene, activity);
  if (scene instanceof ReplicaStory) return new ReplicaStageView(scene, activity);
  return new SieveStageView(scene, activity);
}
