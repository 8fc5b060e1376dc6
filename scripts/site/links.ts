/**
 * Where a link of a page leads in the site: to another page, to a file that the site
 * carries along (pictures, recorded runs, schemas), to the web, or to a source file,
 * which the site does not have.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { outputOf } from "./pages.ts";
import type { Page, Reference } from "./markdown.ts";

/** Where links of a page may lead. */
export interface Targets {
  /** The root of the repository. */
  readonly root: string;
  /** By path from the root. */
  readonly pages: ReadonlyMap<string, Page>;
  /** Where the repository is on the web, without a slash at the end; `null`: nowhere that is known. */
  readonly repository: string | null;
}

/** Where a reference leads. */
export type Destination =
  | { readonly kind: "elsewhere" }
  | { readonly kind: "page"; readonly href: string; readonly page: Page }
  /** A file that goes into the site under its path. */
  | { readonly kind: "file"; readonly href: string; readonly file: string }
  | { readonly kind: "source"; readonly href: string | null; readonly path: string }
  | { readonly kind: "nowhere"; readonly why: string };

/** What the site carries along; of docs/ anything. */
const CARRIED = /\.(?:html|svg|png|jpe?g|gif|webp|avif)$/;

/** Finds where a reference of a page leads. */
export function resolve({ kind, target }: Reference, page: string, { root, pages, repository }: Targets): Destination {
  if (/^(?:https?:)?\/\//i.test(target)) return kind === "link" ? { kind: "elsewhere" } : { kind: "nowhere", why: "it would be fetched from another machine" };
  if (/^mailto:/i.test(target)) return { kind: "elsewhere" };
  const { path, anchor } = parts(target);
  const from = posix.dirname(outputOf(page));
  const named = path === "" ? page : posix.join(posix.dirname(page), path).replace(/\/$/, "");
  if (/^(?:\/|\.\.(?:\/|$))/.test(path.startsWith("/") ? path : named)) return { kind: "nowhere", why: "it leads out of the repository" };
  const absolute = join(root, named);
  if (!existsSync(absolute)) return { kind: "nowhere", why: `there is no ${named}` };
  const isFolder = statSync(absolute).isDirectory();
  const source = isFolder ? posix.join(named, "README.md") : named;
  const hash = anchor === "" ? "" : `#${anchor}`;
  const other = pages.get(source);
  if (other !== undefined && kind === "link") {
    if (anchor !== "" && !other.headings.some(({ id }) => id === anchor)) return { kind: "nowhere", why: `${source} has no heading with the id ${anchor}` };
    return { kind: "page", page: other, href: path === "" ? hash : `${relative(from, outputOf(source))}${hash}` };
  }
  if (!isFolder && (CARRIED.test(named) || (named.startsWith("docs/") && !named.endsWith(".md")))) {
    if (anchor !== "" && !hasId(absolute, anchor)) return { kind: "nowhere", why: `${named} has nothing with the id ${anchor}` };
    return { kind: "file", href: `${relative(from, named)}${hash}`, file: named };
  }
  if (kind === "picture") return { kind: "nowhere", why: `${named} is not a picture` };
  return { kind: "source", href: repository === null ? null : `${repository}/${isFolder ? "tree" : "blob"}/HEAD/${encodeURI(named)}${hash}`, path: isFolder ? `${named}/` : named };
}

/** Where a repository is on the web, by what package.json says of it. */
export function repositoryOf(manifest: { readonly repository?: string | { readonly url?: string } }): string | null {
  const { repository } = manifest;
  const text = typeof repository === "string" ? repository : (repository?.url ?? "");
  const short = /^(?:github:)?([\w-]+\/[\w.-]+)$/.exec(text)?.[1];
  const url = short === undefined ? text.replace(/^git\+/, "").replace(/\.git$/, "") : `https://github.com/${short}`;
  return url.startsWith("https://") ? url.replace(/\/$/, "") : null;
}

function parts(target: string): { path: string; anchor: string } {
  const [path = "", anchor = ""] = target.split("#");
  return { path: decoded(path.split("?")[0] as string), anchor: decoded(anchor) };
}

/** A path as it is on the disk; one that is not valid stays as it is, and leads nowhere. */
function decoded(text: string): string {
  return /%(?![\da-f]{2})/i.test(text) ? text : decodeURIComponent(text);
}

function relative(from: string, to: string): string {
  return encodeURI(posix.relative(from, to));
}

function hasId(file: string, id: string): boolean {
  return file.endsWith(".html") && readFileSync(file, "utf8").includes(` id="${id}"`);
}
