/** Keys for everything, and the choice between light and dark. */
import { byId, element } from "./draw.js";

/** @typedef {{ readonly pause: () => void, readonly step: (forward: boolean) => void, readonly live: () => void, readonly start: () => void, readonly sound: () => void, readonly slower: (by: number) => void }} KeyActions */

const KEYS = /** @type {const} */ ([
  ["Space", "pause or play"], ["→", "one step forward"], ["←", "one step back"], ["−", "slower"], ["+", "faster"], ["L", "back to what happens now"],
  ["S", "start or stop"], ["M", "sound"], ["D", "dark or light"], ["?", "show these keys"],
]);

/** @param {KeyActions} actions */
export function bindKeys({ pause, step, live, start, sound, slower }) {
  byId("keys").append(element("dl", {}, KEYS.map(([key, what]) => element("div", {}, [element("dt", {}, [element("kbd", {}, [key])]), element("dd", {}, [what])]))));
  const help = byId("help");
  const toggleKeys = () => {
    byId("keys").hidden = !byId("keys").hidden;
    help.setAttribute("aria-expanded", String(!byId("keys").hidden));
  };
  help.addEventListener("click", toggleKeys);
  /** @type {Readonly<Record<string, () => void>>} */
  const actions = {
    " ": pause, ArrowRight: () => step(true), ArrowLeft: () => step(false), "-": () => slower(1), "+": () => slower(-1), l: live, s: start, m: sound, d: () => byId("theme").click(), "?": toggleKeys,
    Escape: () => { if (!byId("keys").hidden) toggleKeys(); },
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.target instanceof Element ? event.target.closest("button, select, input, summary")?.tagName ?? "" : "";
    // A control that has the focus keeps its own keys.
    if (on === "SELECT" || (on === "INPUT" && event.key.startsWith("Arrow")) || (on === "BUTTON" && event.key === " ")) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** Light or dark: as the system has it, until a person chooses. @param {() => void} changed */
export function bindTheme(changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => (root.dataset["theme"] ?? (system.matches ? "dark" : "light")) === "dark";
  const button = byId("theme");
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    changed();
  };
  button.addEventListener("click", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();
}
