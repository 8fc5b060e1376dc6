/**
 * The frame of every page: navigation, the page, its sections, the next page. It has
 * no script, and fetches nothing but pictures of the site itself: the policy in each
 * page allows the one style sheet that is in it, by its hash. The colours are those
 * of the report.
 */
import { readFileSync } from "node:fs";
import { documentOf, hashSource } from "../../src/lab/report/parts/document.ts";
import { html, raw, type Html } from "../../src/lab/report/parts/html.ts";
import { paletteStyle } from "../../src/lab/report/parts/palette.ts";
import type { Heading } from "./markdown.ts";

const STYLE = `${paletteStyle()}${readFileSync(new URL("style.css", import.meta.url), "utf8")}`;

/** What may happen in a page of the site. */
export const POLICY = `default-src 'none'; img-src 'self' data:; style-src ${hashSource(STYLE)}; base-uri 'none'; form-action 'none'`;

/** A link of the navigation. */
export interface Entry {
  readonly title: string;
  readonly href: string;
  readonly isCurrent: boolean;
}

/** What stands around a page. */
export interface Frame {
  readonly title: string;
  readonly start: string;
  readonly groups: readonly { readonly title: string; readonly entries: readonly Entry[] }[];
  readonly headings: readonly Heading[];
  readonly previous: Entry | undefined;
  readonly next: Entry | undefined;
}

/** Fewer sections than these are seen without a list. */
const LEAST_SECTIONS = 3;

/** The whole file of a page. */
export function layout(body: string, { title, start, groups, headings, previous, next }: Frame): string {
  const sections = headings.filter(({ level }) => level === 2);
  const hasSections = sections.length >= LEAST_SECTIONS;
  const list = html`<ul>${sections.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`)}</ul>`;
  const pages = groups.map((group) => html`<p>${group.title}</p>
<ul>${group.entries.map(({ href, title, isCurrent }) => html`<li><a href="${href}"${isCurrent && raw(' aria-current="page"')}>${title}</a></li>`)}</ul>
`);
  return documentOf({
    title: title === "warren" ? title : `${title} · warren`,
    policy: POLICY,
    style: STYLE,
    head: html`<meta name="referrer" content="no-referrer">`,
    body: html`<a class="skip" href="#content">Skip to the page</a>
<header><a class="home" href="${start}">warren</a>
<nav class="narrow" aria-label="Pages"><details><summary>Pages</summary><div class="pages">${pages}</div></details></nav>
${hasSections && html`<nav class="narrow" aria-label="On this page"><details><summary>On this page</summary>${list}</details></nav>
`}</header>
<div class="${hasSections ? "columns" : "columns without-sections"}">
<nav class="wide pages" aria-label="Pages">${pages}</nav>
<main id="content">
${raw(body)}${around(previous, next)}</main>
${hasSections && html`<nav class="wide sections" aria-label="On this page"><p>On this page</p>
${list}</nav>
`}</div>`,
  });
}

function around(previous: Entry | undefined, next: Entry | undefined): Html {
  return html`<nav class="around" aria-label="Previous and next page">${previous && html`<a rel="prev" href="${previous.href}"><span>Previous</span> ${previous.title}</a>`}${next && html`<a rel="next" href="${next.href}"><span>Next</span> ${next.title}</a>`}</nav>
`;
}
