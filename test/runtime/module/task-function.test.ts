import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, WarrenError, i32, start, task } from "../../../src/index.ts";
import { importTask, isTask, loadedTask, sourceOf } from "../../../src/runtime/module/task-function.ts";
import { onlyOnMain } from "./only-on-main.ts";
import { add } from "../start-tasks.ts";
import { unreachable } from "./throws-on-threads.ts";
import { thrown, until } from "../until.ts";
import { returnsFunction, waits } from "./named-tasks.ts";

const coded = (code: string, message: string) => expect.objectContaining({ code, message: expect.stringContaining(message) });

describe("task()", () => {
  const meta = (name: string) => ({ url: new URL(`../nowhere/${name}.ts`, import.meta.url).href });

  test("returns the function itself", () => {
    async function fetchPage() {}
    expect(task(meta("same"), fetchPage)).toBe(fetchPage);
  });

  test("an unnamed function is refused, naming the module", () => {
    expect(() => task(meta("unnamed"), async () => {})).toThrow(coded("ERR_TASK_UNNAMED", "nowhere/unnamed.ts"));
    expect(() => task(meta("unnamed"), async function () {})).toThrow(coded("ERR_TASK_UNNAMED", "nowhere/unnamed.ts"));
  });

  test.each(["a\nb", "\n", "a\rb", "a\u2028b"])("the name %j is refused when the task is made", (name) => {
    const named = Object.defineProperty(async () => {}, "name", { value: name });
    expect(() => task(meta("lines"), named)).toThrow(coded("ERR_INVALID_ARGUMENT", "end of a line"));
  });

  test("so is a URL with the end of a line, and a name that is no text", () => {
    expect(() => task({ url: "file:///a\nb" }, async function work() {})).toThrow(coded("ERR_INVALID_ARGUMENT", "end of a line"));
    expect(() => task(meta("number"), Object.defineProperty(async () => {}, "name", { value: 5 }))).toThrow(coded("ERR_TASK_UNNAMED", "nowhere/number.ts"));
  });

  test("the name can be given, also to an arrow function; the function keeps its own", () => {
    const resize = task(meta("given"), "resize", async (n: number) => 2 * n);
    expect(sourceOf(resize)).toEqual({ url: meta("given").url, name: "resize" });
    const own = task(meta("given"), "other", async function own() {});
    expect([own.name, sourceOf(own)?.name]).toEqual(["own", "other"]);
    expect([isTask(own), isTask(async () => {})]).toEqual([true, false]);
  });

  test("given names can collide, too, and are checked like those of functions", () => {
    const module = meta("collide");
    task(module, "work", async () => {});
    expect(() => task(module, "work", async () => {})).toThrow(coded("ERR_DUPLICATE_TASK", 'task(import.meta, "name", fn)'));
    expect(() => task(module, "", async () => {})).toThrow(coded("ERR_TASK_UNNAMED", "minifier"));
    expect(() => task(module, "a\nb", async () => {})).toThrow(coded("ERR_INVALID_ARGUMENT", "end of a line"));
    expect(() => task(module, 5 as never, async () => {})).toThrow(coded("ERR_INVALID_ARGUMENT", "the name of a task must be a text, not 5"));
    expect(() => task(module, "work", "work" as never)).toThrow(coded("ERR_INVALID_ARGUMENT", "the third argument"));
  });

  test("a module that is evaluated again replaces its tasks: each evaluation has an import.meta of its own", () => {
    const evaluation = () => ({ ...meta("again"), dirname: "/nowhere" });
    const first = task(evaluation(), async function work() { return 1; });
    const second = task(evaluation(), async function work() { return 2; });
    expect(loadedTask({ url: meta("again").url, name: "work" })).toBe(second);
    expect(sourceOf(first)).toEqual(sourceOf(second));
  });

  test("CommonJS names its module by __filename; there the text of a function tells an evaluation from another task", () => {
    const file = fileURLToPath(meta("common").url);
    const evaluate = () => task(file, async function work() { return 1; });
    evaluate();
    expect(sourceOf(evaluate())).toEqual({ url: meta("common").url, name: "work", isCommonJs: true });
    expect(() => task(file, async function work() { return 2; })).toThrow(coded("ERR_DUPLICATE_TASK", "work"));
  });

  test.each([["work.ts"], ["./work.ts"], [""]])("%j is no path of a module", (path) => {
    expect(() => task(path, async function work() {})).toThrow(coded("ERR_INVALID_ARGUMENT", "__filename"));
  });

  test("an empty import.meta, as in a bundle of CommonJS, is refused with the reason", () => {
    expect(() => task({} as never, async function work() {})).toThrow(coded("ERR_INVALID_ARGUMENT", "In a bundle of CommonJS"));
  });

  test("two functions of one name in one module are refused", () => {
    task(meta("twice"), async function work() {});
    expect(() => task(meta("twice"), async function work() {})).toThrow(coded("ERR_DUPLICATE_TASK", "work"));
  });

  test("the same function twice, and the same name in another module, are no duplicates", () => {
    async function work() {}
    expect(task(meta("once"), work)).toBe(work);
    expect(task(meta("once"), work)).toBe(work);
    expect(() => task(meta("elsewhere"), async function work() {})).not.toThrow();
  });

  test.each([[undefined], [null], ["file:///x.ts"], [{}], [{ url: 1 }]])("%s is no import.meta", (wrong) => {
    expect(() => task(wrong as never, async function work() {})).toThrow(coded("ERR_INVALID_ARGUMENT", "import.meta"));
  });

  test.each([[undefined], [null], ["work"], [{}]])("%s is no function", (wrong) => {
    expect(() => task(meta("wrong"), wrong as never)).toThrow(coded("ERR_INVALID_ARGUMENT", "function"));
  });
});

describe("on a thread", () => {
  let rt: Runtime;
  let folder: string;
  beforeAll(async () => {
    rt = await start({ threads: 1 });
    folder = await mkdtemp(join(tmpdir(), "warren-"));
  });
  afterAll(async () => {
    await rt.stop();
    await rm(folder, { recursive: true });
  });

  /** A task of a module with this text, which only a thread ever imports. */
  async function taskOf(name: string, text: string): Promise<() => Promise<unknown>> {
    const file = join(folder, name);
    await writeFile(file, text);
    return task({ url: pathToFileURL(file).href }, async function there() {});
  }

  test("a task is called by the name that was given: in reports, and in errors", async () => {
    const never = rt.chan(i32);
    const waiting = rt.spawn(waits, never);
    await until(async () => (await rt.stats()).parked.receive === 1);
    const { threads } = await rt.dump();
    expect(threads.flatMap(({ tasks }) => tasks.map(({ name }) => name))).toEqual(["app.waits"]);
    never.close();
    await waiting;
    expect(await thrown(() => rt.spawn(returnsFunction))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("the result of task app.returns ") });
  });

  test("a module that throws while it is imported: ERR_TASK_MODULE with the cause", async () => {
    const error = (await thrown(() => rt.spawn(unreachable))) as WarrenError;
    expect(error).toBeInstanceOf(WarrenError);
    expect(error).toEqual(coded("ERR_TASK_MODULE", "this module does not load here"));
    expect(error.message).toContain("throws-on-threads.ts");
    expect(error.details).toMatchObject({ name: "unreachable" });
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test("a module with a syntax error", async () => {
    const error = (await thrown(async () => rt.spawn(await taskOf("syntax.mjs", "export const ) = 1;")))) as WarrenError;
    expect(error).toEqual(coded("ERR_TASK_MODULE", "syntax.mjs"));
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  test("a module that is not there", async () => {
    const gone = task({ url: pathToFileURL(join(folder, "gone.mjs")).href }, async function gone() {});
    const error = (await thrown(() => rt.spawn(gone))) as WarrenError;
    expect(error).toEqual(coded("ERR_TASK_MODULE", "gone.mjs"));
    expect(error.cause).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
  });

  test("a module that never ends its import: after a deadline", async () => {
    const source = { url: "data:text/javascript,await new Promise(() => {})", name: "never" };
    expect(await thrown(() => importTask(source, 50))).toEqual(coded("ERR_TASK_MODULE", "has not been imported after 50 ms"));
  });

  test("a module that registers no task of that name", async () => {
    const error = (await thrown(() => rt.spawn(onlyOnMain))) as WarrenError;
    expect(error).toEqual(coded("ERR_TASK_UNKNOWN", "hidden"));
    expect(error.message).toContain("top level");
  });

  test("the thread survives all of them, and refuses again the second time", async () => {
    expect(await thrown(() => rt.spawn(unreachable))).toMatchObject({ code: "ERR_TASK_MODULE" });
    expect(await thrown(() => rt.spawn(onlyOnMain))).toMatchObject({ code: "ERR_TASK_UNKNOWN" });
    expect(await rt.spawn(add, 1, 2)).toBe(3);
    expect((await rt.stats()).threads[0].load).toBe(0);
  });
});
