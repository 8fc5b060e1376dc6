/** Bundlers, with warren external and bundled in, minified and not, as one file and split. What is bundled in runs in a folder without node_modules. */
import type { Case, Expected } from "../case.ts";
import { BUNDLE_PRINTED, SAME_NAMES, modules } from "../programs/bundled.ts";

interface Build {
  readonly command: string;
  /** The configuration and other files. */
  readonly files?: Readonly<Record<string, string>>;
}

interface Wanted {
  readonly isExternal: boolean;
  readonly isMinified: boolean;
  readonly isSplit: boolean;
}

type Bundler = (wanted: Wanted) => Build;

const json = JSON.stringify;

const esbuild: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: `esbuild src/main.js --bundle --platform=node --format=esm --outdir=dist${isExternal ? " --packages=external" : ""}${isMinified ? " --minify" : ""}${isSplit ? " --splitting" : ""}`,
});

const rollup: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: "rollup -c",
  files: {
    "rollup.config.js": `${isExternal ? "" : 'import resolve from "@rollup/plugin-node-resolve";\n'}${isMinified ? 'import terser from "@rollup/plugin-terser";\n' : ""}export default {
  input: "src/main.js",
  external: ${isExternal ? '["warren"]' : "[]"},
  output: { dir: "dist", format: "es"${isSplit ? "" : ", inlineDynamicImports: true"} },
  plugins: [${[isExternal ? "" : "resolve({ preferBuiltins: true })", isMinified ? "terser()" : ""].filter((plugin) => plugin !== "").join(", ")}],
};
`,
  },
});

const viteSsr: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: "vite build",
  files: {
    "vite.config.js": `export default {
  ${isExternal ? "" : "ssr: { noExternal: true },\n  "}build: { ssr: "src/main.js", outDir: "dist", target: "node22", minify: ${isMinified}${isSplit ? "" : ", rolldownOptions: { output: { codeSplitting: false } }"} },
};
`,
  },
});

const viteLib: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: "vite build",
  files: {
    "vite.config.js": `export default {
  build: {
    lib: { entry: "src/main.js", formats: ["es"], fileName: "main" }, outDir: "dist", target: "node22", minify: ${isMinified},
    rolldownOptions: { external: [/^node:/${isExternal ? ', "warren"' : ""}]${isSplit ? "" : ", output: { codeSplitting: false }"}, platform: "node" },
  },
};
`,
  },
});

const webpackWith = (importMeta: boolean): Bundler => ({ isExternal, isMinified, isSplit }) => ({
  command: "webpack",
  files: {
    "webpack.config.js": `export default {
  mode: "${isMinified ? "production" : "development"}", devtool: false, target: "node22", entry: "./src/main.js",
  experiments: { outputModule: true },
  output: { path: import.meta.dirname + "/dist", filename: "main.js", chunkFilename: "[name].js", module: true, chunkFormat: "module", library: { type: "module" } },
  ${isExternal ? 'externals: { warren: "module warren" },\n  ' : ""}${importMeta ? "" : "module: { parser: { javascript: { importMeta: false } } },\n  "}${isSplit ? "" : "optimization: { splitChunks: false },\n  "}
};
`,
  },
});

const tsup: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: "tsup",
  files: {
    "package.json": json({ name: "tsup", private: true, type: "module", ...(isExternal && { dependencies: { warren: "*" } }) }),
    "tsup.config.js": `export default { entry: ["src/main.js"], format: "esm", platform: "node", target: "node22", minify: ${isMinified}, splitting: ${isSplit}${isExternal ? "" : ', noExternal: ["warren"]'} };
`,
  },
});

const tsdown: Bundler = ({ isExternal, isMinified, isSplit }) => ({
  command: "tsdown",
  files: {
    "package.json": json({ name: "tsdown", private: true, type: "module", ...(isExternal && { dependencies: { warren: "*" } }) }),
    "tsdown.config.js": `export default { entry: "src/main.js", format: "esm", platform: "node", target: "node22", dts: false, minify: ${isMinified}, outExtensions: () => ({ js: ".js" })${isExternal ? "" : ', deps: { alwaysBundle: ["warren"] }'}${isSplit ? "" : ", outputOptions: { codeSplitting: false }"} };
`,
  },
});

const BUNDLERS: readonly (readonly [name: string, build: Bundler])[] = [["esbuild", esbuild], ["rollup", rollup], ["vite ssr", viteSsr], ["vite lib", viteLib], ["webpack", webpackWith(false)], ["tsup", tsup], ["tsdown", tsdown]];
const FLAGS = [true, false] as const;

function bundle(name: string, wanted: Wanted, { command, files }: Build): Case {
  const { isExternal, isMinified, isSplit } = wanted;
  const words = [isExternal ? "external" : "bundled in", isMinified ? "minified" : "not minified", isSplit ? "split" : "one file"];
  const id = [name.replace(" ", "-"), isExternal ? "external" : "full", ...(isMinified ? ["min"] : []), ...(isSplit ? ["split"] : [])].join("-");
  return {
    id, section: "Bundlers", group: "bundlers", what: `${name}: ${words.join(", ")}`, files: { ...modules(isSplit && name !== "webpack"), ...files }, steps: [command, "node dist/main.js"],
    ...(isExternal ? {} : { alone: ["dist", "package.json"] }), expected: { json: BUNDLE_PRINTED }, ...(name === "esbuild" && isMinified && !isSplit && { isSmall: true as const }),
  };
}

const sameNames = (name: string, isMinified: boolean, build: Bundler, expected: Expected, more: Partial<Case> = {}): Case => {
  const { command, files } = build({ isExternal: true, isMinified, isSplit: false });
  return { id: `names-${name.replace(" ", "-")}${isMinified ? "-min" : ""}`, section: "Bundlers", group: "bundlers", what: `${name}: tasks without given names, two of one name, ${isMinified ? "minified" : "not minified"}`, files: { ...SAME_NAMES, ...files }, steps: [command, "node dist/main.js"], expected, ...more };
};
const UNNAMED: Expected = { code: 1, stderr: /a minifier has removed it: a name that is given as a text stays \(docs\/bundling\.md\)/ };
const DUPLICATE: Expected = { code: 1, stderr: /has two tasks named \w+\. Give one of them another name: task\(import\.meta, "name", fn\).*a bundler has put both into this file \(docs\/bundling\.md\)/ };
const refused = (code: string): Partial<Case> => ({ right: "clear error", remark: `\`${code}\`, with the remedy: give names` });const AWAITING = `import { isMain, run, task } from "warren";
const main = task(import.meta, "main", async () => 1);
if (isMain(import.meta)) console.log(await run(main, { threads: 1 }));
`;

const limit = (id: string, what: string, isExternal: boolean, build: Bundler, stderr: RegExp): Case => {
  const { command, files } = build({ isExternal, isMinified: false, isSplit: false });
  return { id, section: "Bundlers", group: "bundlers", what, files: { ...modules(true), ...files }, steps: [command, "node dist/main.js"], expected: { code: 1, stderr }, right: "clear error", remark: "`ERR_TASK_UNKNOWN`: split the bundle, or import the module statically" };
};

export const BUNDLED: readonly Case[] = [
  ...BUNDLERS.flatMap(([name, build]) => FLAGS.flatMap((isExternal) => FLAGS.flatMap((isMinified) => FLAGS.map((isSplit) => bundle(name, { isExternal, isMinified, isSplit }, build({ isExternal, isMinified, isSplit })))))),
  sameNames("esbuild", false, esbuild, { json: ["one", "two"] }, { remark: "esbuild renames one of the functions" }),
  sameNames("rollup", false, rollup, DUPLICATE, refused("ERR_DUPLICATE_TASK")),
  sameNames("vite ssr", false, viteSsr, DUPLICATE, refused("ERR_DUPLICATE_TASK")),
  sameNames("esbuild", true, esbuild, UNNAMED, refused("ERR_TASK_UNNAMED")),
  sameNames("webpack", true, webpackWith(false), UNNAMED, refused("ERR_TASK_UNNAMED")),
  limit("esbuild-lazy", "esbuild: one file, a module with tasks is loaded by `import()`", true, esbuild, /In a bundle, a module with tasks that is loaded by import\(\) must be a file of its own \(docs\/bundling\.md\)/),
  limit("webpack-lazy", "webpack: a module with tasks is loaded by `import()`", true, webpackWith(false), /In a bundle, a module with tasks that is loaded by import\(\) must be a file of its own \(docs\/bundling\.md\)/),
  {
    id: "rollup-await", section: "Bundlers", group: "bundlers", what: "rollup: bundled in, one file, and `run` is awaited at the top level", steps: ["rollup -c", "node dist/main.js"], alone: ["dist", "package.json"],
    files: { ...SAME_NAMES, "src/main.js": AWAITING, ...rollup({ isExternal: false, isMinified: false, isSplit: false }).files }, right: "limit", remark: "a TypeError. Write `run(main).then(…)`, or split the bundle", expected: { code: 1, stderr: /TypeError: Cannot destructure property 'Pool'/ },
  },
  {
    id: "webpack-outside", section: "Bundlers", group: "bundlers", what: "webpack: bundled in, with a task of a file outside the bundle, which imports warren from `node_modules`", steps: ["webpack", "node dist/main.js"], expected: { json: ["one", "two"] },
    files: { ...SAME_NAMES, "package.json": json({ private: true, type: "module" }), "webpack.config.js": (webpackWith(false)({ isExternal: false, isMinified: false, isSplit: false }).files as Record<string, string>)["webpack.config.js"]?.replace("experiments:", 'externals: { "./two.js": "module ../src/two.js" },\n  experiments:') ?? "" },
  },
  {
    id: "webpack-default", section: "Bundlers", group: "bundlers", what: "webpack without `importMeta: false`, on another machine", files: { ...modules(false), ...webpackWith(true)({ isExternal: false, isMinified: false, isSplit: false }).files }, steps: ["webpack", "node dist/main.js"], alone: ["dist", "package.json"],
    right: "clear error", remark: "`ERR_TASK_MODULE`", expected: { code: 1, stderr: /a bundler has replaced import\.meta\.url by the address of the source \(docs\/bundling\.md\)/ },
  },
  {
    id: "esbuild-cjs", section: "Bundlers", group: "bundlers", what: "esbuild: format CommonJS, with `import.meta`", files: SAME_NAMES, steps: ["esbuild src/main.js --bundle --platform=node --format=cjs --packages=external --outfile=dist/main.cjs", "node dist/main.cjs"],
    right: "clear error", remark: "`ERR_INVALID_ARGUMENT`: write `__filename`, or build ES modules", expected: { code: 1, stderr: /In a bundle of CommonJS, import\.meta is empty: write __filename there, or build ES modules/ },
  },
];
