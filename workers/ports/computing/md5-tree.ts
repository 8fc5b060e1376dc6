/**
 * The MD5 of every file of a tree: one file after the other, or with a fixed number of
 * tasks that read and digest. Prints as md5sum does, sorted by path.
 * The Go program is md5-tree.go in this folder; what both print is in md5-tree.txt.
 *
 *     node workers/ports/computing/md5-tree.ts [folder] [serial|bounded] [threads]
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { type Context, type Receiver, type Sender, chan, group, isMain, run, struct, task, utf8 } from "../../../src/index.ts";

const DIGESTERS = 20;

const Result = struct({ path: utf8, sum: utf8 });
interface Result {
  readonly path: string;
  readonly sum: string;
}

/** The path of each regular file below a folder. */
function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

function md5(path: string): string {
  return createHash("md5").update(readFileSync(path)).digest("hex");
}

export const walkFiles = task(import.meta, async function walkFiles({ signal }: Context, root: string, paths: Sender<string>) {
  try {
    for (const path of walk(root)) await paths.send(path, { signal });
  } finally {
    paths.close();
  }
});

/** Digests files until there are no more paths or the context is cancelled. */
export const digester = task(import.meta, async function digester({ signal }: Context, paths: Receiver<string>, results: Sender<Result>) {
  for await (const path of paths) await results.send({ path, sum: md5(path) }, { signal });
});

async function md5All(root: string): Promise<Map<string, string>> {
  const [paths, results] = [chan(utf8), chan(Result)];
  const m = new Map<string, string>();
  await using tasks = group();
  tasks.go(walkFiles, tasks.context, root, paths);
  const digesters = Array.from({ length: DIGESTERS }, () => tasks.spawn(digester, tasks.context, paths, results));
  tasks.go(async () => {
    await Promise.allSettled(digesters);
    results.close();
  });
  for await (const { path, sum } of results) m.set(path, sum);
  return m;
}

function md5Serial(root: string): Map<string, string> {
  return new Map(Array.from(walk(root), (path) => [path, md5(path)]));
}

export const md5Tree = task(import.meta, async function md5Tree(root: string, way: string) {
  try {
    const m = way === "serial" ? md5Serial(root) : await md5All(root);
    for (const [path, sum] of [...m].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`${sum}  ${relative(root, path)}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    console.log("no such folder");
  }
});

if (isMain(import.meta)) {
  const [folder = ".", way = "bounded", threads = "2"] = process.argv.slice(2);
  await run(md5Tree, { threads: Number(threads), args: [folder, way] });
}
