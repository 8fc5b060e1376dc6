/**
 * The contrast of all text that a page shows, by WCAG 2.1 (relative luminance).
 * Runs in the browser; gives what is below 4.5:1. Text in a drawing stands on
 * the shape under it: numbers in bars on the bar, text with `data-ground` on the
 * neighbour that this selects, the rest on the page.
 */
import type { Page } from "playwright-core";

/** Text with too little contrast: the ratio and what it says; also if there are fewer texts than a page must have. */
export function lowContrast(page: Page, leastTexts = 100): Promise<string[]> {
  return page.evaluate(`(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const luminance = (color) => {
      const [r, g, b] = color.map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
    const ground = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
      return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
    };
    const low = [];
    let seen = 0;
    for (const element of document.querySelectorAll("body *")) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(" ").trim();
      if (text === "" || ["SCRIPT", "STYLE", "OPTION", "title"].includes(element.tagName) || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const below = ground(element.closest("svg")?.parentElement ?? element);
      const grounds = element.closest(".numbers")
        ? [...element.closest("svg").querySelectorAll('[data-kind="threads"] .run')].map((bar) => rgba(getComputedStyle(bar).fill))
        : element.dataset.ground !== undefined
          ? [over(rgba(getComputedStyle(element.parentElement.querySelector(element.dataset.ground)).fill), below)]
          : [below];
      const ink = over(rgba(element.closest("svg") ? style.fill : style.color), below);
      seen++;
      for (const under of grounds) if (ratio(ink, under) < 4.5) low.push(ratio(ink, under).toFixed(2) + " " + element.tagName + " " + text.slice(0, 40));
    }
    if (seen < ${leastTexts}) low.push("only " + seen + " texts were found");
    return [...new Set(low)];
  })()`);
}
