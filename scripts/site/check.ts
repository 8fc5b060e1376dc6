/**
 * What a written site must be, read again from its files: each link and picture leads
 * to a file in it, and to an id that is there; no page has a script or fetches from
 * another machine. Recorded runs are files of their own with a policy of their own.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { POLICY } from "./layout.ts";

/** What is wrong with the pages of a site in a folder. */
export function checkSite(folder: string, pages: Iterable<string>): string[] {
  return [...pages].flatMap((page) => checkPage(folder, page, readFileSync(join(folder, page), "utf8")).map((text) => `${page}: ${text}`));
}

function checkPage(folder: string, page: string, text: string): string[] {
  const wrong: string[] = [];
  if (!text.includes(POLICY.replaceAll("'", "&#39;"))) wrong.push("has not the policy of the site");
  if (/<(?:script|iframe|object|embed|form)\b|<link(?! rel="icon" href="data:,">)/.test(text)) wrong.push("has an element that runs or fetches something");
  const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) wrong.push(`has the id ${id} twice`);
  for (const [, name, target = ""] of text.matchAll(/ (href|src|srcset)="([^"]*)"/g)) {
    if (target === "data:," || (name === "href" && /^(?:https?|mailto):/.test(target))) continue;
    const [path = "", anchor = ""] = target.replaceAll("&amp;", "&").split("#").map(decodeURIComponent);
    const file = path === "" ? page : posix.join(posix.dirname(page), path);
    if (!existsSync(join(folder, file))) wrong.push(`${target} leads nowhere`);
    else if (anchor !== "" && !readFileSync(join(folder, file), "utf8").includes(` id="${anchor}"`)) wrong.push(`${target} leads to no id`);
  }
  return wrong;
}
