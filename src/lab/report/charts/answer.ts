/** The answer of a result, at the top of the report: bars of the times, and next to them the plane of the gains. */
import { printWorld } from "../../cell.ts";
import { answerOf, inWords, isNoisy, noiseRemark, type AnsweredWorld, type Bar } from "../../print/answer.ts";
import type { Result } from "../../result.ts";
import { worldMarks, worldSign, type WorldMark } from "../parts/chart.ts";
import { html, type Html } from "../parts/html.ts";
import { barsLayout, barTitles, NARROW, WIDE, worldBars, type BarsLayout } from "./answer-bars.ts";
import { gainPlane, planeTable } from "./gain-plane.ts";

/** Of the plane: as large as can be read on a phone. */
const PLANE = { width: 430, leastHeight: 300, mostHeight: 430 };

/** The section. */
export function answerSection(result: Result): Html {
  const worlds = answerOf(result);
  const marks = worldMarks(result.cells);
  const layouts = [barsLayout(worlds, WIDE), barsLayout(worlds, NARROW)];
  const plane = gainPlane(result, PLANE);
  return html`<div class="answer"><div class="bars">
${layouts.map((layout) => html`<svg class="${classOf(layout)}" viewBox="0 0 ${layout.width} ${layout.pitch}" width="${layout.width}" aria-hidden="true">${barTitles(layout)}</svg>`)}
${worlds.map((world) => worldPart(world, marks.get(printWorld((world.bars[0] as Bar).cell)) as WorldMark, layouts))}</div>
<div class="plane">${plane?.drawing}${planeTable(result)}</div></div>`;
}

function classOf(layout: BarsLayout): string {
  return layout.words.length > 1 ? "wide" : "narrow";
}

function worldPart(world: AnsweredWorld, mark: WorldMark, layouts: readonly BarsLayout[]): Html {
  const remark = noiseRemark(world);
  const said = html`${world.sentence}${remark !== "" && html` <span class="${isNoisy(world) ? "flag" : "quiet"}">(${remark})</span>`}`;
  const label = `${world.title}. ${world.bars.map(inWords).join(" ")}`;
  return html`<h3>${worldSign(mark)}${world.title}</h3>${said.text !== "" && html`<p class="said">${said}</p>`}
${layouts.map((layout) => html`<svg class="${classOf(layout)}" viewBox="0 0 ${layout.width} ${world.bars.length * layout.pitch}" width="${layout.width}" role="img" aria-label="${label}">${worldBars(world, layout, mark.color)}</svg>`)}
`;
}
