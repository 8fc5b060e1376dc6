/** The site of `npm run site`: that of this repository is whole, and a page with a defect makes none. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkSite } from "../../scripts/site/check.ts";
import { repositoryOf } from "../../scripts/site/links.ts";
import { readPage, slugs } from "../../scripts/site/markdown.ts";
import { GROUPS, outputOf, pagesOf } from "../../scripts/site/pages.ts";
import { makeSite, writeSite, type Site } from "../../scripts/site/site.ts";
import { ROOT } from "../structure/sources.ts";
import { runNode } from "./page.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "warren-site-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A repository with these files; its pages are the Markdown files, in their order. */
function makeRepository(files: Readonly<Record<string, string>>): { root: string; site: () => Site } {
  const root = makeFolder();
  for (const [path, text] of Object.entries({ "package.json": "{}", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, site: () => makeSite(root, [{ title: "All", pages: Object.keys(files).filter((path) => path.endsWith(".md")) }]) };
}

/** What is wrong with a repository's pages, as the command prints it. */
function faultsOf(files: Readonly<Record<string, string>>): string[] {
  return makeRepository(files).site().faults.map(({ page, line, text }) => `${page}:${line}: ${text}`);
}

/** The markup of a page of a repository. */
function markupOf(files: Readonly<Record<string, string>>, page: string): string {
  const { faults, pages } = makeRepository(files).site();
  expect(faults).toEqual([]);
  return pages.get(page) as string;
}

describe("of this repository", () => {
  const site = makeSite(ROOT, GROUPS);

  test("has no faults, and each link of its files leads somewhere", () => {
    expect(site.faults).toEqual([]);
    const folder = makeFolder();
    writeSite(site, ROOT, folder);
    expect(checkSite(folder, site.pages.keys())).toEqual([]);
    expect(readFileSync(join(folder, "docs/results/wait-world.html"))).toEqual(readFileSync(join(ROOT, "docs/results/wait-world.html")));
  });

  test("starts with the README, and each page leads to every other", () => {
    expect([...site.pages.keys()]).toEqual(pagesOf(GROUPS).map(outputOf));
    expect([...site.pages.keys()][0]).toBe("index.html");
    expect(site.pages.get("docs/go/porting.html")).toContain('<a href="../../bench/rivals/index.html">Rivals</a>');
    expect(site.files).toContain("docs/results/gains-dark.svg");
  });

  test("the ids of headings are those to which links on GitHub lead", () => {
    const { headings } = readPage("docs/api.md", readFileSync(join(ROOT, "docs/api.md"), "utf8"));
    const ids = headings.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["formatdump", "select-and-time", "error_codes", "timer", "timer-1"]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("no page names a folder of this machine", () => {
    expect([...site.pages].filter(([, text]) => text.includes(ROOT))).toEqual([]);
  });

  test("the command checks it in a temporary folder", async () => {
    const before = existsSync(join(ROOT, "site"));
    const { code, stdout, stderr } = await runNode([join(ROOT, "scripts/site/main.ts"), "--check"]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${site.pages.size} pages, ${site.files.length} other files: checked\n`, stderr: "" });
    expect(existsSync(join(ROOT, "site"))).toBe(before);
  });
});

describe("links", () => {
  test("to pages, folders, sections, files, the web and sources", () => {
    const page = markupOf({
      "README.md": "# Start\n\n[a](docs/a.md#two-words) [docs/a.md](docs/a.md) [run](docs/run.html#here) [all](docs) [code](src/a.ts) [web](https://example.org/?a=1&b=2) [here](#start)\n",
      "docs/README.md": "# All\n",
      "docs/a.md": "# The page A\n\n## Two words\n",
      "docs/run.html": `<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><p id="here">`,
      "src/a.ts": "",
    }, "index.html");
    expect(/<p>(.*)<\/p>\n<nav class="around"/.exec(page)?.[1]).toBe('<a href="docs/a.html#two-words">a</a> <a href="docs/a.html">The page A</a> <a href="docs/run.html#here">run</a> <a href="docs/index.html">all</a> <span class="source" title="src/a.ts, in the repository">code</span> <a href="https://example.org/?a=1&amp;b=2">web</a> <a href="#start">here</a>');
  });

  test("to sources lead to the repository if package.json names one", () => {
    const page = markupOf({ "README.md": "[code](src/a.ts#L3) [folder](src/)\n", "src/a.ts": "", "package.json": '{"repository": "github:owner/name"}' }, "index.html");
    expect(page).toContain('<a href="https://github.com/owner/name/blob/HEAD/src/a.ts#L3">code</a> <a href="https://github.com/owner/name/tree/HEAD/src">folder</a>');
    expect(repositoryOf({ repository: { url: "git+https://example.org/owner/name.git" } })).toBe("https://example.org/owner/name");
    expect([{}, { repository: "" }, { repository: { url: "git@example.org:owner/name.git" } }].map(repositoryOf)).toEqual([null, null, null]);
  });

  test("that lead nowhere are faults with their page and line", () => {
    expect(faultsOf({
      "README.md": "# A\n\nfirst line,\n[second](docs/none.md)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | [b](docs/b.md#no) |\n\n- [c](#nothing)\n\n![d](d.svg)\n\n<picture>\n  <img src=\"e.svg\">\n</picture>\n",
      "docs/b.md": "# B\n\n[out](../../../etc/passwd) [root](/etc/passwd) [f](g%zz.md) [run](run.html#none)\n",
      "docs/run.html": `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`,
    })).toEqual([
      "README.md:4: the link docs/none.md leads nowhere: there is no docs/none.md",
      "README.md:9: the link docs/b.md#no leads nowhere: docs/b.md has no heading with the id no",
      "README.md:11: the link #nothing leads nowhere: README.md has no heading with the id nothing",
      "README.md:13: the picture d.svg leads nowhere: there is no d.svg",
      "README.md:16: the picture e.svg leads nowhere: there is no e.svg",
      "docs/b.md:3: the link ../../../etc/passwd leads nowhere: it leads out of the repository",
      "docs/b.md:3: the link /etc/passwd leads nowhere: it leads out of the repository",
      "docs/b.md:3: the link g%25zz.md leads nowhere: there is no docs/g%zz.md",
      "docs/b.md:3: the link run.html#none leads nowhere: docs/run.html has nothing with the id none",
    ]);
  });
});

describe("what a page may have", () => {
  test("no script, no style of its own, no picture from elsewhere, no word that looks like an element", () => {
    expect(faultsOf({ "README.md": "# A\n\n<script>alert(1)</script>\n\na <b onclick=\"x\">c</b>\n\n![x](https://example.org/x.png)\n\nan Array<string>\n\n<img src=\"//example.org/y.png\" style=\"color: red\">\n" })).toEqual([
      "README.md:3: <script> is not an element that pages may have; in backticks it is text",
      "README.md:5: <b> is not an element that pages may have; in backticks it is text",
      "README.md:5: <b> has a script or a style of its own",
      "README.md:7: the picture https://example.org/x.png leads nowhere: it would be fetched from another machine",
      "README.md:9: <string> is not an element that pages may have; in backticks it is text",
      "README.md:11: <img> has a script or a style of its own",
      "README.md:11: the picture //example.org/y.png leads nowhere: it would be fetched from another machine",
    ]);
  });

  test("a recorded run needs a policy that forbids it to fetch", () => {
    expect(faultsOf({ "README.md": "\n[run](run.html) [again](run.html)\n", "run.html": "<script>fetch('https://example.org')</script>" })).toContain("README.md:2: run.html has no content security policy that begins with default-src 'none'");
  });

  test("a page of docs/ without a group is a fault", () => {
    const { root } = makeRepository({ "README.md": "", "docs/a/new.md": "" });
    expect(makeSite(root, [{ title: "All", pages: ["README.md"] }]).faults).toEqual([{ page: "docs/a/new.md", line: 1, text: "is in no group of scripts/site/pages.ts" }]);
  });

  test("text stays text; comments go; columns align by a class", () => {
    const page = markupOf({ "README.md": "# `a<b>` & \"c\"\n\n<!-- a mark -->\n\n```ts\nconst a: Map<string> = \"</code>\";\n```\n\n| n |\n|--:|\n| `--quick` |\n" }, "index.html");
    expect(page).toContain("<title>a&lt;b&gt; &amp; &quot;c&quot; · warren</title>");
    expect(page).toContain("<pre><code>const a: Map&lt;string&gt; = &quot;&lt;/code&gt;&quot;;\n</code></pre>");
    expect(page).toContain('<td class="number"><code class="short">--quick</code></td>');
    expect(page).not.toContain("a mark");
  });
});

test("ids of headings: letters of any script, no other signs, numbers for those that are there already", () => {
  expect(["Use", "Use", "use-1", "What is `1 + 1`?", "Größe — 大きさ", "a_b  c"].map(slugs())).toEqual(["use", "use-1", "use-1-1", "what-is-1--1", "größe--大きさ", "a_b--c"]);
});

test("the check of a written site finds what is wrong", () => {
  const { root, site } = makeRepository({ "README.md": "# A\n\n[b](docs/b.md#b)\n", "docs/b.md": "# B\n" });
  const made = site();
  writeSite(made, root, root);
  const path = join(root, "index.html");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replaceAll("docs/b.html#b", "docs/c.html").replace("</main>", '<script></script><a id="a" href="docs/b.html#c"></a><img src="https://example.org/"></main>').replace("default-src", "img-src"));
  expect(checkSite(root, made.pages.keys())).toEqual([
    "index.html: has not the policy of the site",
    "index.html: has an element that runs or fetches something",
    "index.html: has the id a twice",
    "index.html: docs/c.html leads nowhere",
    "index.html: docs/b.html#c leads to no id",
    "index.html: https://example.org/ leads nowhere",
  ]);
});
