/** The project's own source files as text, for tests about its structure. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Source {
  /** Path from the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments: what runs. */
  readonly code: string;
  /** Paths of the project's files that it imports or re-exports, type-only ones included. */
  readonly imports: readonly string[];
  /** Packages and Node modules. */
  readonly packages: readonly string[];
}

export function sourcesOf(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .map((name) => readSource(join(folder, name))),
  );
}

export function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), "utf8");
  const code = withoutComments(text);
  // `from "…"`, a bare `import "…"`, a dynamic `import("…")` and an inline `import("…").Type`.
  const specifiers = [...code.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g)].map(([, a, b, c]) => a ?? b ?? c);
  const own = specifiers.filter((specifier) => specifier.startsWith("."));
  return {
    path: path.replaceAll("\\", "/"),
    text,
    code,
    imports: own.map((specifier) => relative(ROOT, join(ROOT, dirname(path), specifier)).replaceAll("\\", "/")),
    packages: specifiers.filter((specifier) => !specifier.startsWith(".")),
  };
}

/** Takes comments out; strings, templates and regular expressions with quotes or slashes stay. */
function withoutComments(text: string): string {
  return text.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (_match, literal: string | undefined) => literal ?? "");
}
