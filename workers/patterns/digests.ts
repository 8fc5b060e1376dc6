/**
 * Bounded parallelism: the SHA-256 of every file of a tree, in three ways: one after the
 * other; with a task for each file; and with twenty digesters that share the paths. The
 * tree is the folder of these programs.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chan, go, spawn, struct, task, utf8, type Receiver, type Sender } from "../../src/index.ts";
import { walk } from "../gophers/pile.ts";
import { same, type PatternCheck } from "./check.ts";

const TREE = fileURLToPath(new URL("../", import.meta.url));
const DIGESTERS = 20;
const DIGEST = struct({ path: utf8, sha256: utf8 });
interface Digest {
  readonly path: string;
  readonly sha256: string;
}

const digest = task(import.meta, async function digest(path: string): Promise<Digest> {
  return { path, sha256: createHash("sha256").update(await readFile(TREE + path)).digest("hex") };
});

async function serial(paths: readonly string[]): Promise<Digest[]> {
  const digests: Digest[] = [];
  for (const path of paths) digests.push(await digest(path));
  return digests;
}

function unbounded(paths: readonly string[]): Promise<Digest[]> {
  return Promise.all(paths.map((path) => spawn(digest, path)));
}

/** Digests files until no more paths arrive. */
const digester = task(import.meta, async function digester(paths: Receiver<string>, out: Sender<Digest>): Promise<void> {
  for await (const path of paths) await out.send(await digest(path));
});

async function bounded(paths: readonly string[]): Promise<Digest[]> {
  const [work, out] = [chan(utf8), chan(DIGEST)];
  const digesters = Promise.all(Array.from({ length: DIGESTERS }, () => spawn(digester, work, out)));
  go(async () => {
    for (const path of paths) await work.send(path);
    work.close();
    await digesters;
    out.close();
  });
  const digests: Digest[] = [];
  for await (const found of out) digests.push(found);
  return digests;
}

export const boundedParallelism = task(import.meta, async function boundedParallelism(): Promise<PatternCheck[]> {
  const paths = (await walk(TREE)).files.map(({ path }) => path.toString());
  const expected = manifest(await serial(paths));
  return [
    same("a task for each file: the digests", expected, manifest(await unbounded(paths))),
    same("twenty digesters: the digests", expected, manifest(await bounded(paths))),
  ];
});

/** The number of files, and one digest over all of them, sorted by path. */
function manifest(digests: readonly Digest[]): string {
  const lines = digests.map(({ path, sha256 }) => `${sha256}  ${path}\n`).toSorted();
  return `${digests.length} files, ${createHash("sha256").update(lines.join("")).digest("hex").slice(0, 12)}`;
}
