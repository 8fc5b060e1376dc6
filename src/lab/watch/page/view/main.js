import { Page } from "./page.js";
import { byId } from "./draw.js";

/** What an old browser lacks. */
const isAble = typeof EventSource === "function" && typeof ResizeObserver === "function" && typeof Array.prototype.toSorted === "function" && typeof Array.prototype.findLast === "function" && document.createElement("canvas").getContext("2d") !== null;

if (isAble) {
  byId("unable").hidden = true;
  byId("page").hidden = false;
  new Page().start();
}
