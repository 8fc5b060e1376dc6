/** Drawing: elements, the marks of threads, gophers, carts, books and flames. All of it is this project's own. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An SVG element with attributes.
 *
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, children = []) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return /** @type {SVGElement} */ (element);
}

/**
 * An HTML element with attributes.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, string | number>>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** The element with an id, which the page has. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Sets an attribute if it changes: most do not on most frames. @param {Element} on @param {string} name @param {string | number} value */
export function setTo(on, name, value) {
  const text = String(value);
  if (on.getAttribute(name) !== text) on.setAttribute(name, text);
}

/** Sets a text if it changes. @param {Element} on @param {string | number} value */
export function say(on, value) {
  const text = String(value);
  if (on.textContent !== text) on.textContent = text;
}

/** A text with its parts in backticks as code. @param {string} text @returns {(Node | string)[]} */
export function withCode(text) {
  return text.split("`").map((part, k) => (k % 2 === 1 ? element("code", {}, [part]) : part));
}

/** The names of the colours of threads, in the palette. */
export const THREAD_COLOURS = Object.freeze(["blue", "orange", "green", "purple", "brown", "red", "sky", "grey"]);

/** The shapes of threads, around 0,0, about 16 wide: no picture tells threads apart by colour alone. */
const SHAPES = [
  "M-8 0A8 8 0 1 0 8 0A8 8 0 1 0 -8 0Z",
  "M-7.5 -7.5H7.5V7.5H-7.5Z",
  "M0 -9.500L9.500 7.500H-9.500Z",
  "M0 -10L10 0L0 10L-10 0Z",
  "M-5 -8.500H5L10 0L5 8.500H-5L-10 0Z",
  "M-3.500 -9H3.500V-3.500H9V3.500H3.500V9H-3.500V3.500H-9V-3.500H-3.500Z",
  "M0 9.500L-9.500 -7.500H9.500Z",
  "M0 -10L9.500 -3L6 8.500H-6L-9.500 -3Z",
];

/** @param {number} thread */
export function colourOf(thread) {
  return `var(--${THREAD_COLOURS[Math.max(0, thread) % THREAD_COLOURS.length]})`;
}

/** A thread's badge: its shape with its number. @param {number} thread */
export function badge(thread) {
  return svg("g", { class: "badge" }, [
    svg("path", { d: SHAPES[Math.max(0, thread) % SHAPES.length] ?? "", fill: colourOf(thread), class: "badge-shape" }),
    svg("text", { class: "badge-number", "data-ground": ".badge-shape", y: thread % SHAPES.length === 2 ? 6 : thread % SHAPES.length === 6 ? 1 : 3.8 }, [String(thread)]),
  ]);
}

/** A badge as a picture of its own, for text. @param {number} thread @param {number} size */
export function badgeIcon(thread, size) {
  return svg("svg", { viewBox: "-11 -11 22 22", width: size, height: size, "aria-hidden": "true", class: "badge-icon" }, [badge(thread)]);
}

/**
 * A gopher, standing on 0,0, about 40 wide and 52 high, looking right. It has two faces: awake and sleeping.
 *
 * @param {string | number} n its number
 */
export function gopherDrawing(n) {
  return svg("g", { class: "gopher" }, [
    svg("ellipse", { class: "ring", cx: 0, cy: -23, rx: 27, ry: 31 }),
    svg("g", { class: "body" }, [
      svg("ellipse", { class: "limb", cx: -8, cy: -1, rx: 6, ry: 3.200 }),
      svg("ellipse", { class: "limb", cx: 9, cy: -1, rx: 6, ry: 3.200 }),
      svg("circle", { class: "skin", cx: -11, cy: -44, r: 5 }),
      svg("circle", { class: "skin", cx: 10, cy: -45, r: 5 }),
      svg("path", { class: "skin", d: "M-17 -30C-17 -44 -9 -49 0 -49C10 -49 17 -43 17 -30C17 -22 18 -15 16 -8C14 -2 8 -1 0 -1C-8 -1 -14 -2 -16 -8C-18 -15 -17 -22 -17 -30Z" }),
      svg("path", { class: "belly", d: "M-9 -8C-9 -17 -5 -20 1 -20C8 -20 11 -15 11 -8C11 -4 7 -3 1 -3C-5 -3 -9 -4 -9 -8Z" }),
      svg("ellipse", { class: "limb arm", cx: 15, cy: -18, rx: 5.500, ry: 3.200, transform: "rotate(-18 15 -18)" }),
      svg("g", { class: "awake" }, [
        svg("circle", { class: "eye", cx: -4, cy: -36, r: 6.800 }),
        svg("circle", { class: "eye", cx: 11, cy: -36, r: 6.800 }),
        svg("circle", { class: "pupil", cx: -1.800, cy: -35.500, r: 2.600 }),
        svg("circle", { class: "pupil", cx: 13, cy: -35.500, r: 2.600 }),
      ]),
      svg("g", { class: "sleeping" }, [svg("path", { class: "lid", d: "M-10 -35Q-4 -30 1 -35M5 -35Q11 -30 16 -35" })]),
      svg("path", { class: "tooth", d: "M2 -27.500H6.500V-22.500H2Z" }),
      svg("ellipse", { class: "snout", cx: 4.500, cy: -29, rx: 5.600, ry: 2.900 }),
      svg("ellipse", { class: "nose", cx: 5.500, cy: -31, rx: 2.500, ry: 1.800 }),
    ]),
    svg("g", { class: "bubble", transform: "translate(0 -62)" }, [svg("rect", { x: -12, y: -8, width: 24, height: 13, rx: 6 }), svg("circle", { cx: -5, cy: -1.500, r: 1.600 }), svg("circle", { cx: 0, cy: -1.500, r: 1.600 }), svg("circle", { cx: 5, cy: -1.500, r: 1.600 })]),
    svg("text", { class: "gopher-number", "data-ground": ".belly", x: 1, y: -7.500 }, [String(n)]),
  ]);
}

/** A cart, standing on 0,0, 34 wide. @param {number} n */
export function cartDrawing(n) {
  return svg("g", { class: "cart" }, [
    svg("path", { class: "tub", d: "M-17 -17H17L12 -5H-12Z" }),
    svg("circle", { class: "wheel", cx: -7, cy: -3, r: 3.200 }),
    svg("circle", { class: "wheel", cx: 7, cy: -3, r: 3.200 }),
    svg("text", { class: "cart-number", "data-ground": ".tub", x: 0, y: -8 }, [String(n)]),
  ]);
}

/** The colours of the books, by their number: a book keeps its colour. */
const BOOK_COLOURS = ["red", "green", "purple", "brown"];

/** A book that lies. @param {number} x @param {number} y its lower edge @param {number} k @param {number} [size] */
export function bookDrawing(x, y, k, size = 1) {
  return svg("rect", { class: "book", x: x - 6 * size, y: y - 4 * size, width: 12 * size, height: 3.600 * size, rx: 0.800, fill: `var(--${BOOK_COLOURS[k % BOOK_COLOURS.length]})` });
}

/** An incinerator on 0,0, 56 wide, and its flame. */
export function incineratorDrawing() {
  return svg("g", { class: "incinerator" }, [
    svg("path", { class: "oven", d: "M-26 0V-44Q-26 -58 -12 -58H12Q26 -58 26 -44V0Z" }),
    svg("rect", { class: "chimney", x: 6, y: -80, width: 13, height: 24 }),
    svg("path", { class: "mouth", d: "M-17 -4V-26Q-17 -41 0 -41Q17 -41 17 -26V-4Z" }),
    svg("g", { class: "flame" }, [
      svg("path", { class: "outer", d: "M0 -38C9 -27 13 -20 11 -12C9 -6 5 -5 0 -5C-5 -5 -9 -6 -11 -12C-12 -18 -7 -20 -6 -27C-2 -25 0 -30 0 -38Z" }),
      svg("path", { class: "inner", d: "M1 -24C6 -17 7 -13 6 -9C5 -6 3 -5 0 -5C-3 -5 -5 -6 -6 -9C-6 -13 -1 -16 1 -24Z" }),
    ]),
  ]);
}
