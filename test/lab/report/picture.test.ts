/** The picture as a file: what is in it, and that other programs than browsers can draw it. */
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { answerOf, inWords } from "../../../src/lab/print/answer.ts";
import { renderPicture } from "../../../src/lab/report/picture.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fullResult } from "./full-result.ts";

const result = await fullResult({ designs: ["G1", "G6"] });
const THEMES = ["auto", "light", "dark"] as const;

function documentOf(picture: string): ReturnType<typeof parseHTML>["document"] {
  return parseHTML(`<!doctype html><body>${picture}</body>`).document;
}

/** Whether each element that is begun ends, in order, and each attribute is quoted. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, end, name, attributes = "", empty] of xml.matchAll(/<(\/?)([\w-]+)((?: [\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (end === "/" ? open.pop() !== name : empty !== "/" && open.push(name as string) === 0) return false;
    if (end === "/" && attributes !== "") return false;
  }
  const rest = xml.replaceAll(/<(\/?)([\w-]+)((?: [\w:-]+="[^"<]*")*)\s*(\/?)>/g, "");
  return open.length === 0 && !rest.includes("<") && !/&(?!(amp|lt|gt|quot|#39);)/.test(rest);
}

describe.each(THEMES)("%s", (theme) => {
  const picture = renderPicture(result, theme);

  test("is the same each time, and XML", async () => {
    expect(renderPicture(await fullResult({ designs: ["G1", "G6"] }), theme)).toBe(picture);
    expect(isWellFormed(picture)).toBe(true);
    expect(picture.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
  });

  test("has a bar for each cell, the sentences, the plane, a title and a description, as text", () => {
    const svg = documentOf(picture).querySelector("svg");
    const worlds = answerOf(result);
    expect(svg?.querySelectorAll("[data-mark=bar]").length).toBe(result.cells.length);
    expect(svg?.querySelectorAll("[data-mark=gain] title").length).toBe(result.gains.filter(({ threads }) => threads > 1).length);
    expect(svg?.querySelector("title")?.textContent).toContain("Concurrency is not parallelism");
    for (const text of worlds.flatMap(({ bars }) => bars.map(inWords))) expect(svg?.querySelector("desc")?.textContent).toContain(text);
    for (const { sentence } of worlds) expect(svg?.textContent).toContain(sentence);
    expect(svg?.getAttribute("role")).toBe("img");
  });

  test("fetches nothing, runs nothing, and names no variable of a page", () => {
    expect(picture).not.toMatch(/var\(|currentColor|<script|href|url\(|@import|@font-face|<image|NaN|undefined/);
  });
});

test("light and dark are one drawing in other colours; auto is the light one, which a dark system exchanges", () => {
  const [auto, light, dark] = THEMES.map((theme) => renderPicture(result, theme)) as [string, string, string];
  const bare = (text: string): string => text.replaceAll(/#[0-9a-f]{6}/g, "#");
  expect(bare(dark)).toBe(bare(light));
  expect(dark).not.toBe(light);
  expect(auto).toContain("@media (prefers-color-scheme: dark)");
  expect(light + dark).not.toContain("<style>");
  // each colour of the drawing has its counterpart
  const used = new Set(light.match(/#[0-9a-f]{6}/g));
  for (const colour of used) expect(auto).toContain(`[fill="${colour}"]{fill:#`);
  expect(auto.replace(/<style>.*?<\/style>/s, "").replace(/<rect width[^>]*>/, "").replaceAll(/\s+/g, "")).toBe(light.replaceAll(/\s+/g, ""));
});

test("names that are markup stay names, and what is unreliable is said", () => {
  const bad = `</text><script>alert("1")</script>`;
  const worse = { ...result, cells: result.cells.map((cell) => ({ ...cell, world: bad })), gains: result.gains.map((gain) => ({ ...gain, world: bad })), env: { ...result.env, warnings: [bad] } };
  const picture = renderPicture(worse as Result, "auto");
  expect(isWellFormed(picture)).toBe(true);
  expect(documentOf(picture).querySelectorAll("script").length).toBe(0);
  expect(documentOf(picture).querySelector("svg")?.textContent).toContain(`⚠ ${bad}`);
});

test("without gains there are bars alone", () => {
  const picture = renderPicture({ ...result, gains: [] }, "light");
  expect(documentOf(picture).querySelectorAll("[data-mark=gain]").length).toBe(0);
  expect(documentOf(picture).querySelectorAll("[data-mark=bar]").length).toBe(result.cells.length);
});
