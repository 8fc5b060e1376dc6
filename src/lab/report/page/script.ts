/**
 * What the page does where scripting is on: the choice of timelines, their zoom
 * and tooltips, and the download of the numbers. Everything is readable without.
 *
 * Plain JavaScript for browsers in a string, because the page has to hold its
 * text (a function's own text would depend on how it was compiled). Tested in
 * Chromium, test/lab/report/browser.test.ts.
 */
import { TIMELINE_SCRIPT } from "../timeline/script.ts";

const PAGE_SCRIPT = `
const result = JSON.parse(document.getElementById("warren-result").textContent);

const download = document.getElementById("download");
download.href = URL.createObjectURL(new Blob([JSON.stringify(result, null, 2)], { type: "application/json" }));
download.hidden = false;

// paper shows everything; what was folded is folded again afterwards
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

const figures = new Map([...document.querySelectorAll(".timeline-figure")].map((figure) => [figure.dataset.cell, figure]));
const more = document.querySelector(".more-timelines");
const choices = document.querySelector(".choices");
if (choices) {
  choices.hidden = false;
  if (more) more.hidden = true;
  const selects = [...choices.querySelectorAll("select")];
  const slots = [...document.querySelectorAll(".slot")];
  for (const select of selects) {
    const slot = slots[Number(select.dataset.slot)];
    let shown = select.value;
    select.addEventListener("change", () => {
      const figure = figures.get(select.value);
      const other = selects.find((other) => other !== select && other.value === select.value);
      // the picture is in the other place already: the two change places
      if (other) {
        slots[Number(other.dataset.slot)].append(figures.get(shown));
        other.value = shown;
        other.dispatchEvent(new CustomEvent("moved"));
      } else {
        more.append(figures.get(shown));
      }
      slot.append(figure);
      shown = select.value;
    });
    select.addEventListener("moved", () => { shown = select.value; });
  }
}
`;

/** The whole script. */
export const SCRIPT = `"use strict";
(() => {${PAGE_SCRIPT}${TIMELINE_SCRIPT}})();
`;
