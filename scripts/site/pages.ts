/** Which pages the site has, in the order of its navigation, and where each goes. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A group of the navigation. */
export interface PageGroup {
  readonly title: string;
  /** The pages' paths from the root of the repository. */
  readonly pages: readonly string[];
}

/** Every page; the first of all is the start page. */
export const GROUPS: readonly PageGroup[] = [
  { title: "Learn", pages: ["README.md", "docs/talk.md", "docs/guide.md", "docs/go/coming-from-go.md", "docs/go/porting.md"] },
  { title: "Reference", pages: ["docs/api.md", "docs/errors.md", "docs/glossary.md"] },
  { title: "In production", pages: ["docs/net.md", "docs/services.md", "docs/bundling.md", "docs/results/compatibility.md", "docs/testing.md", "docs/reliability.md"] },
  { title: "The lab", pages: ["docs/measuring.md", "docs/method.md", "docs/results/README.md", "docs/results/whatif.md", "docs/results/watch.md", "docs/benchmarks.md", "bench/rivals/README.md", "docs/performance.md"] },
  { title: "Inside", pages: ["ARCHITECTURE.md", "src/scheduler/README.md", "docs/decisions.md", "VERIFY.md", "CONTRIBUTING.md", "CHANGELOG.md"] },
];

/** What the navigation calls a page whose own title is longer than a line of it, or says less. */
export const SHORT_TITLES: Readonly<Record<string, string>> = {
  "README.md": "Start",
  "docs/errors.md": "Errors",
  "docs/reliability.md": "Reliability",
  "docs/results/whatif.md": "Predicted gains",
  "docs/results/watch.md": "The live page",
  "bench/rivals/README.md": "Rivals",
  "src/scheduler/README.md": "Scheduler",
  "VERIFY.md": "Verification",
};

/** The pages in their order. */
export function pagesOf(groups: readonly PageGroup[]): string[] {
  return groups.flatMap(({ pages }) => pages);
}

/** The pages below docs/ that no group has. */
export function pagesInNoGroup(root: string, groups: readonly PageGroup[]): string[] {
  const placed = new Set(pagesOf(groups));
  const folder = join(root, "docs");
  const all = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return all.map((name) => `docs/${name.replaceAll("\\", "/")}`).filter((path) => path.endsWith(".md") && !placed.has(path)).toSorted();
}

/** Where a page is in the site: a README is the index of its folder, as on GitHub. */
export function outputOf(page: string): string {
  return page.replace(/(^|\/)README\.md$/, "$1index.md").replace(/\.md$/, ".html");
}
