/** The modules of the page as one script, and the page around it. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";
import { afterAll, describe, expect, test } from "vitest";
import { joinModules } from "../../../../src/lab/watch/page/join.ts";
import { renderPage } from "../../../../src/lab/watch/page/page.ts";
import { WELCOME, gopherRun, recordingOf } from "./recordings.ts";

const PAGE = join(import.meta.dirname, "../../../../src/lab/watch/page");

describe("joinModules", () => {
  const folder = mkdtempSync(join(tmpdir(), "warren-join-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function joined(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return joinModules(pathToFileURL(join(folder, "main.js")));
  }
  /** What the script leaves in `out`. The test runs text that it wrote itself. */
  const run = (script: string): unknown[] => {
    const out: unknown[] = [];
    // eslint-disable-next-line no-new-func
    new Function("out", script)(out);
    return out;
  };

  test("a name in two modules is two names, and each module runs once, before those that import it", () => {
    const script = joined({
      "main.js": 'import { a } from "./a.js";\nimport { b } from "./b.js";\nconst own = "main";\nout.push(own, a, b());\n',
      "a.js": 'import { b } from "./b.js";\nconst own = "a";\nexport const a = own + b();\n',
      "b.js": 'const own = "b";\nout.push("once");\nexport function b() {\n  return own;\n}\nexport class Unused {}\n',
    });
    expect(run(script)).toEqual(["once", "main", "ab", "b"]);
  });

  test("comments that stand on lines of their own are left out, and what follows others stays", () => {
    const script = joined({ "main.js": '/** Gone. */\nconst a = /** @type {number} */ (1);\n/** Stays: */ out.push(a);\n/**\n * Gone, too.\n */\nout.push(2);\n' });
    expect(run(script)).toEqual([1, 2]);
    expect(script).not.toContain("Gone");
  });

  test.each([
    ['import x from "./a.js";', "cannot have the line import x"],
    ['import { a as b } from "./a.js";', "cannot have the line import { a as b }"],
    ["export default 1;", "cannot have the line export default 1;"],
    ["export let x = 1;", "cannot have the line export let x = 1;"],
    ['export { a } from "./a.js";', "cannot have the line export { a }"],
    ['import "node:fs";', "cannot have the line import"],
  ])("%s is refused", (line, text) => {
    const act = (): unknown => run(joined({ "main.js": `${line}\n`, "a.js": "export const a = 1;\n" }));
    expect(act).toThrow(text);
  });

  test("a circle is refused", () => {
    expect(() => joined({ "main.js": 'import { a } from "./a.js";\n', "a.js": 'import { m } from "./main.js";\nexport const a = 1;\n' })).toThrow("imports itself by way of others");
  });
});

describe("the page", () => {
  const modules = ["story", "view", "view/stage"].flatMap((folder) => readdirSync(join(PAGE, folder)).filter((name) => name.endsWith(".js")));
  const script = joinModules(pathToFileURL(join(PAGE, "view/main.js")));
  const recording = recordingOf(gopherRun({ design: "G6", world: "wait", threads: 1, loads: 2, unitMs: 10 }));

  test("its script is one that browsers understand, without modules, and has every module", () => {
    const { errors, program } = parseSync("page.js", script, { sourceType: "script" });
    expect(errors).toEqual([]);
    expect(program.body).toHaveLength(2);
    expect(script.match(/^const module\d+ = /gm)).toHaveLength(modules.length);
    expect(script).not.toMatch(/<\/script|<!--/i);
  });

  test("the policy allows its script and its style by their hashes, and a recording no connection", () => {
    for (const page of [renderPage({ welcome: WELCOME }), renderPage({ welcome: WELCOME, recording })]) {
      const isLive = !page.html.includes('id="warren-recording"');
      const inline = (tag: string): string => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page.html)?.[1] ?? "";
      for (const [tag, directive] of [["script", "script-src"], ["style", "style-src"]] as const) expect(page.policy).toContain(`${directive} 'sha256-${createHash("sha256").update(inline(tag)).digest("base64")}'`);
      expect(page.policy).toMatch(/^default-src 'none'; .*img-src data:;.* base-uri 'none'; form-action 'none'$/);
      expect(page.policy.includes("connect-src 'self'")).toBe(isLive);
      expect(page.policy).not.toContain("unsafe");
      expect(page.html.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/ style="| on\w+="|https?:/);
    }
  });

  test("text of a recording cannot end the script, and the same recording gives the same page", () => {
    const evil = recordingOf([], { machine: "</script><script>alert(1)</script>" });
    const { html } = renderPage({ welcome: evil.welcome, recording: evil });
    expect(html).not.toContain("<script>alert");
    expect(renderPage({ welcome: evil.welcome, recording: evil }).html).toBe(html);
  });
});
