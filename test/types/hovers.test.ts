/** Editors show types as the user wrote them, in hovers and errors, and the comments of calls. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LanguageServer } from "./language-server.ts";

const FILE = join(import.meta.dirname, "hovers.test-d.ts");
const saved = readFileSync(FILE, "utf8");
/** What follows it while it is open. */
const text = `${saved}
void transfers.send({ account: "a" });
export const wrong: string = chosen;
`;

let server: LanguageServer;
beforeAll(async () => {
  server = await LanguageServer.start();
  server.open(FILE, text);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** A hover as one line, without Markdown, as one writes types on a line. */
function oneLine(markdown: string): string {
  return markdown.replaceAll(/```\w*/g, "").replaceAll(/\s+/g, " ").replaceAll("; }", " }").trim();
}

describe("a hover over a name shows its type", () => {
  const names = [...saved.matchAll(/^\/\/: (.+)\nexport const (\w+) = .*$/gm)].map(({ 0: all, 1: type = "", 2: name = "", index }) => ({ name, type, offset: index + all.indexOf(`const ${name}`) + "const ".length }));

  test("each name of the module has a text", () => {
    expect(names.map(({ name }) => name)).toEqual([...saved.matchAll(/^export const (\w+)/gm)].map(([, name]) => name));
  });

  test.each(names)("$name: $type", async ({ name, type, offset }) => {
    expect(oneLine(await server.hover(FILE, text, offset))).toBe(`const ${name}: ${type}`);
  });
});

describe("while a call is written, its comment is shown", () => {
  test.each([
    ["chan(", "A channel. You can send it to any thread."],
    ["oneshot(", "A channel for one value of `type`; sending the value closes it."],
    ["select(", "Waits for the first of several sends and receives and performs exactly that one."],
    ["after(", "A channel that fires once, `delayMs` milliseconds from now and never early"],
    ["named(", "A shared object that every thread of a runtime finds under a name"],
    ["spawn(", "Starts `fn` like `go`, and returns a promise for its result."],
    ["struct(", "Objects with exactly these fields"],
    ["start(", "Starts threads and returns the runtime that uses them."],
  ])("%s", async (call, comment) => {
    expect(oneLine(await server.callComment(FILE, text, text.indexOf(` ${call}`) + 1 + call.length))).toContain(comment);
  });
});

test("errors show the same types", async () => {
  const errors = (await server.errors(FILE)).map(oneLine);
  expect(errors).toEqual([
    "Property 'amount' is missing in type '{ account: string }' but required in type '{ account: string; amount: number }'.",
    `Type '${'{ readonly case: "ints"; readonly value: number | undefined } | { readonly case: "late"; readonly value: number | undefined }'}' is not assignable to type 'string'. Type '{ readonly case: "ints"; readonly value: number | undefined }' is not assignable to type 'string'.`,
  ]);
});
