/**
 * Reads Go's benchmark format as its specification has it
 * (golang.org/design/14313-benchmark-format, and "Unit" lines as
 * golang.org/x/perf/benchfmt reads them), and refuses what benchstat would.
 */

/** One result line. */
export interface BenchLine {
  /** Without "Benchmark": base name, then the parts between slashes. */
  readonly name: string;
  readonly parts: Readonly<Record<string, string>>;
  /** Of the "-N" at the end; 1 without. */
  readonly gomaxprocs: number;
  readonly iterations: number;
  readonly values: Readonly<Record<string, number>>;
  /** All configuration lines before it. */
  readonly config: Readonly<Record<string, string>>;
}

/** What a file holds. */
export interface BenchFile {
  readonly results: readonly BenchLine[];
  readonly units: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Reads a file. @throws Error that names the line */
export function readBenchfmt(text: string): BenchFile {
  const config: Record<string, string> = {};
  const results: BenchLine[] = [];
  const units: Record<string, Record<string, string>> = {};
  for (const [index, line] of text.split("\n").entries()) {
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line.startsWith("Benchmark")) {
      results.push(readResult(line, { ...config }, refuse));
    } else if (/^Unit\s/.test(line)) {
      const [, unit = refuse("missing unit"), ...pairs] = line.split(/\s+/);
      units[unit] = Object.fromEntries(pairs.map((pair) => /^([^=]+)=(.*)$/.exec(pair)?.slice(1) ?? refuse("expected key=value")));
    } else {
      // a key begins with a lower-case letter and has neither blanks nor capitals
      const [, key, value = ""] = /^(\p{Ll}[^\s\p{Lu}:]*):(?:[ \t]+(.*))?$/u.exec(line) ?? [];
      if (key !== undefined) config[key] = value;
    }
  }
  return { results, units };
}

function readResult(line: string, config: Readonly<Record<string, string>>, refuse: (why: string) => never): BenchLine {
  const fields = line.trim().split(/\s+/);
  if (fields.length < 4 || fields.length % 2 !== 0) refuse("not an even number of fields, at least four");
  const [full = "", iterations = "", ...pairs] = fields;
  if (!/^\d+$/.test(iterations)) refuse("iterations are no whole number");
  const values: Record<string, number> = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const [value = "", unit = ""] = pairs.slice(at, at + 2);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) refuse(`${value} is no number`);
    if (unit in values) refuse(`${unit} twice`);
    values[unit] = Number(value);
  }
  const [, name = "", procs] = /^Benchmark(.*?)(?:-(\d+))?$/.exec(full) ?? refuse("no name");
  const [, ...parts] = name.split("/");
  return {
    name, gomaxprocs: Number(procs ?? 1), iterations: Number(iterations), values, config,
    parts: Object.fromEntries(parts.map((part) => /^([^=]+)=(.*)$/.exec(part)?.slice(1) ?? refuse("a part is not key=value"))),
  };
}
