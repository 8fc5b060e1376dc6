/** What the marks on the stage mean. */
/** @import { Story } from "../story/story.js" */
import { badgeIcon, element, gopherDrawing, svg } from "./draw.js";

const STATES = /** @type {const} */ ([
  ["running", "runs now"],
  ["ready", "ready: waits for its thread"],
  ["waiting", "waits for a timer or a channel"],
]);

/** @param {HTMLElement} list @param {Story} story */
export function showLegend(list, { run }) {
  const threads = Array.from({ length: Math.min(run.threads, 8) }, (_, k) => badgeIcon(k, 20));
  const states = run.stage.program === "sieve" ? [element("li", {}, ["thick border: the filter runs now"])] : STATES.map(([state, text]) => {
    const figure = svg("svg", { viewBox: "-30 -72 60 76", width: 26, height: 33, "aria-hidden": "true", class: "gopher-stage" }, [svg("g", { "data-state": state, class: "sample" }, [gopherDrawing(1)])]);
    return element("li", {}, [figure, text]);
  });
  list.replaceChildren(element("li", {}, [...threads, "colour and badge: the thread"]), ...states);
}
