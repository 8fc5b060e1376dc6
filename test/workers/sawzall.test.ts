import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, start, type Runtime } from "../../src/index.ts";
import { pipeline, sawChunk, sawzall, type JobResult } from "../../workers/sawzall.ts";
import { problemsOf } from "../../workers/sawzall/input.ts";
import { resultOf } from "../../workers/sawzall/job.ts";
import { onThreads } from "../on-threads.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-sawzall-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** The lines of a text, found another way: by splitting it whole. */
function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\r$/, ""));
}

/** The job by the book, for a text with fewer different lines than are estimated. */
function expectedOf(text: string): Partial<JobResult> {
  const lengths = linesOf(text).map((line) => Buffer.byteLength(line));
  const bytes = lengths.reduce((sum, length) => sum + length, 0);
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[\p{L}\p{N}_]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return {
    records: lengths.length,
    bytes,
    mean: lengths.length === 0 ? null : bytes / lengths.length,
    words: [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 10),
    distinct: new Set(linesOf(text)).size,
  };
}

const TEXTS = {
  "an empty file": "",
  "one line without an end": "no newline",
  "one line": "newline\n",
  "empty lines": "\n\n\n",
  "CR LF": "one\r\ntwo\r\n\r\nfour",
  "a lone CR is no end of line": "a\rb\n\r\n",
  "several bytes a character": "Gräßlich 鼠 🐹\nжук ζώο\n🐹🐹🐹\n".repeat(40),
  "a line longer than many chunks": `short\n${"lang ".repeat(2000)}\nend\nx`,
  "numbers": Array.from({ length: 3000 }, (_, k) => `line ${k} ${"z".repeat(k % 97)}`).join("\n"),
};

onThreads("on %i threads", (threads) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await start({ threads });
  });
  afterAll(() => runtime.stop());

  test.each(Object.entries(TEXTS))("%s: the same result however it is cut, and from the pipeline", async (name, text) => {
    const path = await written(`${name}-${threads}.txt`, text);
    const { result, inputBytes, files } = await runtime.spawn(sawzall, path);
    expect([inputBytes, files]).toEqual([Buffer.byteLength(text), 1]);
    expect(result).toMatchObject(expectedOf(text));
    for (const chunkBytes of [1, 2, 3, 7, 64, 1000, 1e9].filter((size) => text.length / size < 1500)) {
      const cut = await runtime.spawn(sawzall, path, chunkBytes);
      expect(cut.result, `chunks of ${chunkBytes}`).toEqual(result);
      expect(cut.chunks).toBe(Math.ceil(Buffer.byteLength(text) / chunkBytes));
    }
    expect((await runtime.spawn(pipeline, path)).result).toEqual(result);
  });

  test("the files of a directory, in the order of their names; a line does not go on in the next file", async () => {
    const tree = join(folder, `tree-${threads}`);
    await mkdir(join(tree, "b"), { recursive: true });
    await writeFile(join(tree, "c"), "three\nfour");
    await writeFile(join(tree, "a"), "one");
    await writeFile(join(tree, "b", "x"), "two");
    for (const chunkBytes of [1, 4, 100]) {
      const { result, files } = await runtime.spawn(sawzall, tree, chunkBytes);
      expect(files).toBe(3);
      expect(result.sample.map(({ text, file, at }) => [text, file, at])).toEqual([["one", 0, 0], ["two", 1, 0], ["three", 2, 0], ["four", 2, 6]]);
      expect(result).toMatchObject({ records: 4, bytes: 15, longest: { value: 5, file: 2, at: 0 } });
    }
    expect((await runtime.spawn(pipeline, tree)).result).toEqual((await runtime.spawn(sawzall, tree)).result);
  });

  test("this project's own source", { tags: ["deep"] }, async () => {
    const { result, chunks } = await runtime.spawn(sawzall, "src");
    expect(chunks).toBeGreaterThan(3);
    expect((await runtime.spawn(pipeline, "src")).result).toEqual(result);
    const [half, nine, most] = result.quantiles as [number, number, number];
    expect(half <= nine && nine <= most && most <= (result.longest?.value ?? 0)).toBe(true);
  });

  test.each([sawzall, pipeline])("%o: what is not there is the system's error, and nothing is left waiting", async (job) => {
    await expect(runtime.spawn(job, join(folder, "nothing"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(runtime.spawn(job, "/dev/null")).rejects.toMatchObject({ code: "EINVAL" });
  });

  test("a file that cannot be read is a problem, once, and the others are read", async () => {
    const there = Buffer.from(await written(`there-${threads}`, "one\ntwo\n"));
    const gone = Buffer.from(join(folder, "gone"));
    const pieces = [{ path: gone, file: 0, first: 0, end: 4 }, { path: there, file: 1, first: 0, end: 8 }, { path: gone, file: 0, first: 4, end: 9 }];
    const { tables, problems } = await runtime.spawn(sawChunk, pieces);
    const problem = { path: gone.toString(), kind: "unreadable", message: "ENOENT: no such file or directory" };
    expect([resultOf(tables).records, problems]).toEqual([2, [problem, problem]]);
    expect(problemsOf({ files: [], bytes: 0, problems: [] }, problems)).toEqual([problem]);
  });

  test.skipIf(process.getuid?.() === 0).each([sawzall, pipeline])("%o: the same for a file without permission", async (job) => {
    const place = join(folder, `shut-${threads}`);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, "a"), "one\n");
    await writeFile(join(place, "b"), "two\n", { mode: 0 });
    const { result, files, problems } = await runtime.spawn(job, place);
    expect([result.records, files, problems]).toEqual([1, 2, [{ path: join(place, "b"), kind: "unreadable", message: "EACCES: permission denied" }]]);
  });

  test("bytes that are no UTF-8 are lines like others", async () => {
    const path = await written(`binary-${threads}`, Uint8Array.from({ length: 5000 }, (_, k) => (k * 7919) % 256));
    const { result } = await runtime.spawn(sawzall, path);
    expect(result.records).toBe(linesOf(Buffer.from(Uint8Array.from({ length: 5000 }, (_, k) => (k * 7919) % 256)).toString("latin1")).length);
    expect((await runtime.spawn(pipeline, path)).result).toEqual(result);
  });
});

test("a closed world ends", { tags: ["deep"] }, async () => {
  const path = await written("world.txt", TEXTS.numbers);
  const parallel = await run(sawzall, { threads: 2, args: [path] });
  expect((await run(pipeline, { threads: 2, args: [path] })).result).toEqual(parallel.result);
});
