/** The stage for a story: one for each program. */
/** @import { Story } from "../story/story.js" */
import { GopherStory } from "../story/gophers.js";
import { GopherStageView } from "./stage-gophers.js";

/** @typedef {{ readonly element: Element, onArrival: () => void, readonly isMoving: boolean, resize: (pixels: number, isPresented: boolean) => void, draw: (now: number, t: number, isContinuous: boolean) => void }} StageView */

/** @param {Story} story @returns {StageView} */
export function stageOf({ scene, activity }) {
  if (scene instanceof GopherStory) return new GopherStageView(scene, activity);
  throw new Error("no stage");
}
