/** `warren watch` as a person has it: the command, its threads, its server and a real Chromium. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Watching } from "../../../verify/watch/command.ts";
import { CHROMIUM, launch } from "../../lab/report/chromium.ts";
import { WATCHER, seenBy, until, untilTheEnd } from "../../lab/watch/page/watcher.ts";

/** So many cartloads of one book has a run. */
const BOOKS = Array.from({ length: 16 }, (_, k) => k);

describe.skipIf(CHROMIUM === null)("the live page of a real run", { timeout: 180_000, tags: ["deep"] }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 180_000);
  afterAll(() => browser?.close(), 60_000);

  test.each([
    ["G6", "wait", "1", "200ms"],
    ["G6", "cpu", "2", "130ms"],
    ["G7", "mixed", "2", "200ms"],
    ["G8", "wait", "2", "90ms"],
  ])("%s, %s, %s threads: each burnt book arrives once, carts and books are conserved on every frame, a thread runs one gopher", async (design, world, threads, unit) => {
    await using watching = await Watching.open("--designs", design, "--world", world, "--threads", threads, "--unit", unit);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).host));
    await page.addInitScript(WATCHER);
    await page.goto(watching.url);
    expect(page.url()).toBe(`${watching.origin}/`);
    await untilTheEnd(page);
    const seen = await seenBy(page);
    expect(seen.wrong).toEqual([]);
    expect(seen.books).toBe(BOOKS.length);
    expect([...seen.arrivals, ...seen.last].toSorted((a, b) => a - b)).toEqual(BOOKS);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
    expect(download.suggestedFilename()).toBe("warren-watch.html");
    expect(readFileSync(await download.path(), "utf8")).toContain('id="warren-recording"');
    expect(new Set(requests)).toEqual(new Set([new URL(watching.origin).host]));
  });

  test("when the command ends, the page says so", async () => {
    const watching = await Watching.open("--designs", "G1", "--unit", "20ms");
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(watching.url);
    await until(page, `document.getElementById("in-progress").textContent === "1"`);
    await watching[Symbol.asyncDispose]();
    await until(page, `document.getElementById("trouble").textContent.startsWith("warren has ended")`);
    expect(watching.process.exitCode).toBe(0);
  });
});
