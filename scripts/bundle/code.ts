/** What the build changes in the code of Piscina and of the finished files. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "rolldown";

/**
 * Node's own modules as they are, also for CommonJS modules in the bundle. For an import
 * Node would read everything that a module exports, on each thread, and so load more (5 ms);
 * and bundlers and --permission do not like a require function.
 */
export function withBuiltins(code: string): string {
  const changed = code
    .replace(/^import \{ createRequire(?: as [\w$]+)? \} from "node:module";\n/m, "")
    .replace(/^var __require = .*createRequire[\w$]*\(import\.meta\.url\).*;$/m, "var __require = process.getBuiltinModule;")
    .replaceAll(/^import ([\w$]+|\{[^}]*\}) from ("node:[^"]+");$/gm, (_, names: string, module: string) => `const ${names.replaceAll(" as ", ": ")} = process.getBuiltinModule(${module});`);
  if (/createRequire[\w$]*\(import\.meta|^import .* from "node:/m.test(changed)) throw new Error("the bundle still makes a require function, or imports a module of Node");
  return changed;
}

/** The mark of a line that Node shall not print above an error (src/wire/frames.ts), as a comment, which the bundler drops, and as a call, which it keeps. */
const MARK = "// node-do-not-add-exception-line";
const MARK_CALL = "markOfTheNextLine();";

export const keepMarks: Plugin = {
  name: "keep-marks",
  transform: (code) => (code.includes(MARK) ? { code: code.replace(/^( *)(.*) \/\/ node-do-not-add-exception-line$/gm, `$1${MARK_CALL} $2`), map: null } : undefined),
};

/** Lines of the engine that throw or make an error get the mark, too: what a user sees first is the message. */
export function withMarks(code: string): string {
  return code
    .replaceAll(/^\s*markOfTheNextLine\(\);\n(.*)$/gm, `$1 ${MARK}`)
    .replaceAll(/^.*\b(?:throw|new \w*WarrenError)\b.*[;{(,]$/gm, (line) => (line.split("`").length % 2 === 1 ? `${line} ${MARK}` : line));
}

/** With escapes in place of what is not ASCII: V8 keeps the text of a module, and takes two bytes for each character of it if one needs them. All are in strings and templates. */
export function withAscii(code: string): string {
  return code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Piscina looks for files next to its own in two places; in the package a thread starts with the engine, which has Piscina's side in it. */
export function patchPiscina(root: string): Plugin {
  const piscina = dirname(createRequire(join(root, "package.json")).resolve("piscina"));
  const changes: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    // A thread starts with the file of its tasks, which has Piscina's side in it.
    [join(piscina, "index.js")]: [["filename: (0, node_path_1.resolve)(__dirname, 'worker.js'),", "filename: this.options.filename, name: this.options.workerData.name,"]],
    [join(piscina, "worker.js")]: [
      ["async function getHandler(filename, name) {", "async function getHandler() { return common_1.commonState.serve; }\nasync function unused(filename, name) {"],
      ["(_a = (await Promise.resolve().then(() => __importStar(require('@napi-rs/nice'))).catch(noop))) === null || _a === void 0 ? void 0 : _a.nice(niceIncrement);", ""],
      ["handler = await Promise.resolve(`${filename}`).then(s => __importStar(require(s)));", ""],
      ["importESMCached = new Function('specifier', 'return import(specifier)');", ""],
    ],
  };
  return {
    name: "piscina",
    transform: (code, id) => {
      let changed = code;
      for (const [from, to] of changes[id] ?? []) {
        if (!changed.includes(from)) throw new Error(`${id} has no line ${from}: the build must follow this version of Piscina`);
        changed = changed.replace(from, () => to);
      }
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}
