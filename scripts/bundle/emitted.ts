/** The modules that tsc has emitted, read as text. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** As tsc writes them: on one line. */
export const NAMED_IMPORTS = /^import \{([^}]*)\} from "(\.[^"]+)"/gm;

/** Emitted modules, by their path in dist. */
export class Emitted {
  readonly files: readonly string[];
  readonly #dist: string;

  constructor(dist: string, files: readonly string[]) {
    this.#dist = dist;
    this.files = files;
  }

  /** What files import by a path and by name. */
  imports(files: readonly string[] = this.files): { readonly module: string; readonly names: readonly string[] }[] {
    return files.flatMap((file) => [...this.#text(file).matchAll(NAMED_IMPORTS)].map(([, list, path]) => ({ module: join(dirname(file), path as string), names: namesOf(list as string).map(([name]) => name) })));
  }

  /** What files import when they run. */
  dynamicImports(files: Iterable<string>): Set<string> {
    return new Set([...files].flatMap((file) => [...this.#text(file).matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, path]) => join(dirname(file), path as string))));
  }

  /** The files and all that they import, but not when they run. */
  reachedFrom(files: readonly string[]): Set<string> {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, path] of this.#text(file).matchAll(/^(?:import|export) (?:[^"\n]* from )?"(\.\.?\/[^"]+)"/gm)) visit(join(dirname(file), path as string));
    };
    for (const file of files) visit(file);
    return reached;
  }

  #text(file: string): string {
    return readFileSync(join(this.#dist, file), "utf8");
  }
}

/** The names of `{ a, b as c }`, there and here. */
export function namesOf(list: string): [there: string, here: string][] {
  return list.split(",").map((each) => each.trim()).filter((each) => each !== "").map((each) => {
    const [there = "", here = there] = each.split(" as ");
    return [there, here];
  });
}

/** A path from one file to another, as an import has it. */
export function relativeFile(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}
