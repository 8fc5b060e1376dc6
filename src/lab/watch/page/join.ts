/**
 * Joins the modules of the page into one script: the page is one file and fetches none.
 *
 * Each module becomes a function that is called once and gives its exports; an import
 * takes them apart. So a name of one module never meets that of another. Of the syntax of modules the page
 * uses three forms, each on a line: `import { a, b } from "./other.js";`,
 * and `export` before `function`, `class` or `const`. Anything else is refused here.
 */
import { readFileSync } from "node:fs";

const IMPORT = /^import \{ ([\w$]+(?:, [\w$]+)*) \} from "(\.[^"]+\.js)";$/gm;
const EXPORT = /^export (?=(?:async )?(?:function|class|const) ([\w$]+))/gm;
const COMMENT = /^[ \t]*\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\n/gm;

/** The script that the module at `entry` and all that it imports make together. */
export function joinModules(entry: URL): string {
  const names = new Map<string, string>();
  const parts: string[] = [];
  const open: string[] = [];
  /** The variable that holds a module's exports. */
  const visit = (url: URL): string => {
    const known = names.get(url.href);
    if (known !== undefined) return known;
    if (open.includes(url.href)) throw new Error(`${url.pathname} imports itself by way of others`);
    open.push(url.href);
    const exported: string[] = [];
    const code = readFileSync(url, "utf8")
      .replaceAll(COMMENT, "")
      .replaceAll(IMPORT, (_, list: string, path: string) => `const { ${list} } = ${visit(new URL(path, url))};`)
      .replaceAll(EXPORT, (_, name: string) => {
        exported.push(name);
        return "";
      });
    const other = /^(?:import|export)\b.*$/m.exec(code);
    if (other !== null) throw new Error(`${url.pathname}: the page cannot have the line ${other[0]}`);
    open.pop();
    const name = `module${names.size}`;
    names.set(url.href, name);
    parts.push(`const ${name} = (() => {\n${code.trim()}\nreturn { ${exported.join(", ")} };\n})();\n`);
    return name;
  };
  visit(entry);
  return `"use strict";\n(() => {\n${parts.join("\n")}})();\n`;
}
