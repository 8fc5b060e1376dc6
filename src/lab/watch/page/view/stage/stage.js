/** The stage for a story: one for each program. */
/** @import { Story } from "../../story/story.js" */
/** @import { StageView } from "./stage-view.js" */
import { GopherStory } from "../../story/gophers.js";
import { BalanceStory } from "../../story/balance.js";
import { ReplicaStory } from "../../story/replicas.js";
import { BalanceStageView } from "./balance-stage.js";
import { GopherStageView } from "./gophers-stage.js";
import { ReplicaStageView } from "./replicas-stage.js";
import { SieveStageView } from "./sieve-stage.js";

/** @param {Story} story @returns {StageView} */
export function stageOf({ scene, activity }) {
  if (scene instanceof GopherStory) return new GopherStageView(scene, activity);
  if (scene instanceof BalanceStory) return new BalanceStageView(scene, activity);
  if (scene instanceof ReplicaStory) return new ReplicaStageView(scene, activity);
  return new SieveStageView(scene, activity);
}
