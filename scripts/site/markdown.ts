/**
 * A page read from Markdown: its parts, its headings and its links.
 *
 * The parser is markdown-it. GitHub shows the same pages, and markdown-it follows the
 * same specification (CommonMark with GitHub's tables); its tokens know the line from
 * which they come, which a message about a wrong link needs; and a link is changed in
 * the list of tokens, before anything is text.
 */
import markdownIt, { type Token } from "markdown-it";

/** A heading with the id that GitHub gives it. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** What a page leads to: a link, or a picture. */
export interface Reference {
  readonly kind: "link" | "picture";
  readonly target: string;
  readonly line: number;
  /** The text of a link if that is one piece; else empty. */
  readonly text: string;
  /** Puts another target in its place, and another text if one is given. */
  redirect(target: string, text?: string): void;
  /** Makes text of a link, with this title. */
  unlink(title: string): void;
}

/** Something in a page that the site cannot show. */
export interface Fault {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

/** A page as it was read. */
export interface Page {
  readonly path: string;
  readonly headings: readonly Heading[];
  readonly references: readonly Reference[];
  readonly faults: readonly Fault[];
  /** The page as markup, with what has been replaced. */
  render(): string;
}

/** The elements that a page may write itself; any other is likely a `<word>` without backticks. */
const ELEMENTS = new Set(["picture", "source", "img", "br", "details", "summary", "a", "sub", "sup", "kbd"]);

/** Code in a sentence up to this length stays on one line, and so does a word of longer code: an option breaks behind its hyphens otherwise. */
const LONGEST_UNBROKEN = 24;

const parser = markdownIt({ html: true, linkify: true });
// Only what begins with a scheme is a link, as on GitHub: not the name of a file.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

parser.renderer.rules["table_open"] = () => '<div class="scroll" tabindex="0" role="group" aria-label="table, scrolls sideways"><table>\n';
parser.renderer.rules["table_close"] = () => "</table></div>\n";
parser.renderer.rules["fence"] = parser.renderer.rules["code_block"] = (tokens, index) => `<pre><code>${parser.utils.escapeHtml((tokens[index] as Token).content)}</code></pre>\n`;
parser.renderer.rules["code_inline"] = (tokens, index) => {
  const text = parser.utils.escapeHtml((tokens[index] as Token).content);
  if (text.length <= LONGEST_UNBROKEN) return `<code class="short">${text}</code>`;
  return `<code>${text.replaceAll(/[^ ]*-[^ ]*/g, (word) => (word.length <= LONGEST_UNBROKEN ? `<span class="short">${word}</span>` : word))}</code>`;
};

/** Reads a page. */
export function readPage(path: string, text: string): Page {
  const tokens = parser.parse(text, {});
  const headings: Heading[] = [];
  const references: Reference[] = [];
  const faults: Fault[] = [];
  const idOf = slugs();
  let line = 1;
  for (const [index, token] of tokens.entries()) {
    if (token.map !== null) line = token.map[0] + 1;
    if (token.type === "heading_open") {
      const title = textOf(tokens[index + 1]?.children ?? []);
      const id = idOf(title);
      token.attrSet("id", id);
      headings.push({ level: Number(token.tag.slice(1)), id, text: title });
    } else if (token.type === "th_open" || token.type === "td_open") {
      alignByClass(token);
    } else if (token.type === "html_block") {
      readMarkup(token, line);
    } else if (token.type === "inline") {
      readInline(token.children ?? [], line);
    }
  }
  return { path, headings, references, faults, render: () => parser.renderer.render(tokens, parser.options, {}) };

  function readInline(children: readonly Token[], first: number): void {
    let line = first;
    for (const [index, token] of children.entries()) {
      if (token.type === "softbreak" || token.type === "hardbreak") line++;
      else if (token.type === "html_inline") readMarkup(token, line);
      else if (token.type === "link_open") references.push(linkOf(children, index, line));
      else if (token.type === "image") references.push({ kind: "picture", target: String(token.attrGet("src")), line, text: "", redirect: (target) => token.attrSet("src", target), unlink: () => {} });
    }
  }

  /** Markup that the page itself has: comments go, targets are references, unknown elements are faults. */
  function readMarkup(token: Token, first: number): void {
    const lineOf = (place: number): number => first + (token.content.slice(0, place).match(/\n/g)?.length ?? 0);
    token.content = token.content.replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ""));
    for (const { 1: name = "", 2: attributes = "", index } of token.content.matchAll(/<([a-zA-Z][\w-]*)([^>]*)/g)) {
      if (!ELEMENTS.has(name.toLowerCase())) faults.push({ page: path, line: lineOf(index), text: `<${name}> is not an element that pages may have; in backticks it is text` });
      if (/\s(?:on\w+|style)\s*=/i.test(attributes)) faults.push({ page: path, line: lineOf(index), text: `<${name}> has a script or a style of its own` });
    }
    for (const { 0: whole, 1: name = "", 2: target = "", index } of token.content.matchAll(/\b(src|srcset|href)="([^"]*)"/g)) {
      const put = (other: string): void => {
        token.content = token.content.replace(whole, () => other);
      };
      references.push({ kind: name === "href" ? "link" : "picture", target, line: lineOf(index), text: "", redirect: (to) => put(`${name}="${parser.utils.escapeHtml(to)}"`), unlink: (title) => put(`title="${parser.utils.escapeHtml(title)}"`) });
    }
  }
}

/** A link of Markdown; links are not nested. */
function linkOf(children: readonly Token[], from: number, line: number): Reference {
  const open = children[from] as Token;
  const end = children.findIndex(({ type }, index) => index > from && type === "link_close");
  const close = children[end] as Token;
  const only = end === from + 2 && children[from + 1]?.type === "text" ? children[from + 1] : undefined;
  return {
    kind: "link",
    target: String(open.attrGet("href")),
    line,
    text: only?.content ?? "",
    redirect(target, text) {
      open.attrSet("href", target);
      if (only !== undefined && text !== undefined) only.content = text;
    },
    unlink(title) {
      open.tag = close.tag = "span";
      open.attrs = [["class", "source"], ["title", title]];
    },
  };
}

/** Columns that align by a class: the policy of the pages forbids styles of single elements. */
function alignByClass(token: Token): void {
  if (String(token.attrGet("style") ?? "").includes("right")) token.attrSet("class", "number");
  token.attrs = token.attrs?.filter(([name]) => name !== "style") ?? null;
}

/** What a reader sees of a heading. */
function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ type, content, children }) => (type === "text" || type === "code_inline" ? content : type === "softbreak" ? " " : textOf(children ?? []))).join("");
}

/** Ids of headings by GitHub's rule, for one page: the second heading "Use" is `use-1`. */
export function slugs(): (heading: string) => string {
  const taken = new Set<string>();
  return (heading) => {
    const plain = heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
    let id = plain;
    for (let k = 1; taken.has(id); k++) id = `${plain}-${k}`;
    taken.add(id);
    return id;
  };
}
