/** The whole site from the pages of the repository; what is wrong in them is collected, each with its page and line. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { layout, type Entry } from "./layout.ts";
import { repositoryOf, resolve, type Targets } from "./links.ts";
import { readPage, type Fault, type Page } from "./markdown.ts";
import { outputOf, pagesInNoGroup, pagesOf, SHORT_TITLES, type PageGroup } from "./pages.ts";

/** A site that has not been written. */
export interface Site {
  /** The text of each page, by its path in the site. */
  readonly pages: ReadonlyMap<string, string>;
  /** The files that go along, by their path in the repository and in the site. */
  readonly files: readonly string[];
  /** If there is one, the site is not to be written. */
  readonly faults: readonly Fault[];
}

/** What an HTML file must forbid to be part of the site: to fetch anything. */
const FORBIDS_ALL = /<meta http-equiv="Content-Security-Policy" content="default-src (?:'|&#39;)none(?:'|&#39;)/;

/** Makes the site of a repository. */
export function makeSite(root: string, groups: readonly PageGroup[]): Site {
  const pages = new Map<string, Page>(pagesOf(groups).map((path) => [path, readPage(path, readFileSync(join(root, path), "utf8"))]));
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Parameters<typeof repositoryOf>[0];
  const targets: Targets = { root, pages, repository: repositoryOf(manifest) };
  const files = new Set<string>();
  const faults: Fault[] = pagesInNoGroup(root, groups).map((page) => ({ page, line: 1, text: "is in no group of scripts/site/pages.ts" }));
  for (const page of pages.values()) faults.push(...[...page.faults, ...redirect(page, targets, files)].toSorted((a, b) => a.line - b.line));
  const written = [...pages.values()].map((page): [string, string] => [outputOf(page.path), layout(page.render(), frameOf(page, pages, groups))]);
  return { pages: new Map(written), files: [...files].toSorted(), faults };
}

/** Writes a site into a folder. */
export function writeSite({ pages, files }: Site, root: string, folder: string): void {
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const file of files) cpSync(join(root, file), join(folder, file));
}

/** Points what a page leads to at the site; notes the files that it needs. */
function redirect(page: Page, targets: Targets, files: Set<string>): Fault[] {
  const faults: Fault[] = [];
  for (const reference of page.references) {
    const { kind, target, line } = reference;
    const fault = (text: string): unknown => faults.push({ page: page.path, line, text });
    const destination = resolve(reference, page.path, targets);
    switch (destination.kind) {
      case "nowhere":
        fault(`the ${kind} ${target} leads nowhere: ${destination.why}`);
        break;
      case "page":
        // The name of a Markdown file says nothing to a reader of the site: the title of the page does.
        reference.redirect(destination.href, reference.text.endsWith(".md") ? titleOf(destination.page) : undefined);
        break;
      case "file":
        reference.redirect(destination.href);
        if (destination.file.endsWith(".html") && !FORBIDS_ALL.test(readFileSync(join(targets.root, destination.file), "utf8"))) fault(`${destination.file} has no content security policy that begins with default-src 'none'`);
        files.add(destination.file);
        break;
      case "source":
        if (destination.href === null) reference.unlink(`${destination.path}, in the repository`);
        else reference.redirect(destination.href);
    }
  }
  return faults;
}

function titleOf({ headings, path }: Page): string {
  return headings.find(({ level }) => level === 1)?.text ?? path;
}

function frameOf(page: Page, pages: ReadonlyMap<string, Page>, groups: readonly PageGroup[]): Parameters<typeof layout>[1] {
  const entry = (path: string): Entry => ({
    title: SHORT_TITLES[path] ?? titleOf(pages.get(path) as Page),
    href: posix.relative(posix.dirname(outputOf(page.path)), outputOf(path)),
    isCurrent: path === page.path,
  });
  const all = pagesOf(groups);
  const [previous, next] = [-1, 1].map((step) => all[all.indexOf(page.path) + step]).map((path) => (path === undefined ? undefined : entry(path)));
  return { title: titleOf(page), start: entry(all[0] as string).href, groups: groups.map(({ title, pages }) => ({ title, entries: pages.map(entry) })), headings: page.headings, previous, next };
}
