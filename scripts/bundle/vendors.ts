/** The packages that the command line, the laboratory and the programs use, and the licences of all that is bundled. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type Plugin, rolldown } from "rolldown";

/** Oldest Node that runs the package. */
export const TARGET = "node22";
export const COMMENTS = { legal: false, annotation: false, jsdoc: false };

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly engines: { readonly node: string };
}

/** Notes the packages whose modules are in a bundle. */
export function noteUse(used: Set<string>): Plugin {
  return {
    name: "note-use",
    transform: (_code, id) => {
      const at = id.lastIndexOf(`${sep}node_modules${sep}`);
      if (at >= 0) used.add(id.slice(0, at) + (/^.node_modules.(?:@[^/\\]+.)?[^/\\]+/.exec(id.slice(at))?.[0] ?? ""));
      return undefined;
    },
  };
}

/** An import of a package, in emitted code. */
const IMPORTED = /((?:\bfrom|\bimport)\s*\(?\s*)"((?:@[\w.-]+\/)?[a-z][\w.-]*(?:\/[\w./-]+)?)"/g;
/** Packages that warren does not contain: rivals that are compared with it, where they are installed, and the NATS clients, which a program that uses warren/net installs. */
const OUTSIDE = /^(?:piscina|comlink|ts-chan|multithreading|@thi\.ng\/csp|@nats-io\/[\w-]+)$/;
const BUILTIN = /^(?:node:|warren$)/;

/** Bundles the packages that the emitted modules import, and lets these import the bundles. */
export async function bundleVendors(root: string, dist: string, isOwn: (file: string) => boolean, used: Set<string>): Promise<void> {
  const folder = join(dist, "vendor");
  const files = globSync("{src,bench,workers}/**/*.js", { cwd: dist }).filter((file) => !isOwn(file));
  const names = new Set<string>();
  for (const file of files) for (const [, , name] of readFileSync(join(dist, file), "utf8").matchAll(IMPORTED)) if (isVendor(name as string)) names.add(name as string);
  const build = await rolldown({ input: Object.fromEntries([...names].map((name) => [vendorFile(name), name])), cwd: root, platform: "node", transform: { target: TARGET }, external: /^node:/, plugins: [noteUse(used)] });
  mkdirSync(folder, { recursive: true });
  await build.write({ dir: folder, format: "esm", entryFileNames: "[name].js", chunkFileNames: "shared-[hash].js", comments: COMMENTS, minify: true });
  await build.close();
  for (const file of files) {
    const text = readFileSync(join(dist, file), "utf8");
    const changed = text.replace(IMPORTED, (whole, before: string, name: string) => (isVendor(name) ? `${before}"${relative(dirname(file), join("vendor", `${vendorFile(name)}.js`))}"` : whole));
    if (changed !== text) writeFileSync(join(dist, file), changed);
  }
}

function isVendor(name: string): boolean {
  return !BUILTIN.test(name) && !OUTSIDE.test(name);
}

function vendorFile(name: string): string {
  return name.replaceAll(/\W+/g, "-").replace(/^-/, "");
}

/** The licences of the packages that are in the bundles. */
export function notices(used: ReadonlySet<string>): string {
  const parts = [...used].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    const [file] = globSync("{LICENSE,LICENCE,license,License,LICENSE-MIT}*", { cwd: folder });
    return { name, text: [`## ${name} ${version}`, "", `Licence: ${license ?? "see below"}`, "", ...(file === undefined ? [] : ["```text", readFileSync(join(folder, file), "utf8").trim(), "```", ""])].join("\n") };
  });
  return ["# Third-party software in this package", "", ...parts.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text)].join("\n");
}
