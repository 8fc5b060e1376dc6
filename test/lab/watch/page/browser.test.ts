/**
 * The page in a real Chromium, opened from a file with a recording: what moves on the
 * screen is what the events say, everything works by keyboard, and it can be read in light, dark, wide, narrow and
 * for a projector. Screenshots are kept in artifacts/watch/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { renderPage } from "../../../../src/lab/watch/page/page.ts";
import type { Message } from "../../../../src/lab/watch/protocol.ts";
import { CHROMIUM, launch } from "../../report/chromium.ts";
import { lowContrast } from "../../report/contrast.ts";
import { WATCHER, seenBy, shownTime, text, until, untilTheEnd } from "./watcher.ts";
import { balanceRun, foreseen, gains, gopherRun, recordingOf, replicaRun, sieveRun } from "./recordings.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../../artifacts/watch");

if (CHROMIUM === null) process.stderr.write("Chromium is not installed: the page of warren watch is not opened in a browser (apt-get install chromium, or set CHROMIUM)\n");

describe.skipIf(CHROMIUM === null)("in Chromium", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "warren-watch-"));
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    browser = await launch();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const G6 = { design: "G6", world: "wait", threads: 1, loads: 8, unitMs: 300 } as const;
  const G11 = { design: "G11", world: "cpu", threads: 2, loads: 6, unitMs: 60 } as const;

  /** Opens a recording. What the page requests or says in the console fails the test at its end. */
  async function open(messages: readonly Message[], { isPresented = false, ...options }: BrowserContextOptions & { readonly isPresented?: boolean } = {}): Promise<Page> {
    const recording = recordingOf(messages, { present: isPresented });
    const file = join(folder, `${Math.random()}.html`);
    writeFileSync(file, renderPage({ welcome: recording.welcome, recording }).html);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    const url = pathToFileURL(file).href;
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });
    await page.addInitScript(WATCHER);
    await page.goto(url);
    return page;
  }

  const longRun = (settings: Parameters<typeof gopherRun>[0]): Message[] => gopherRun(settings);

  describe.each([
    { name: "G6, wait, 1 thread", settings: G6, tags: [] },
    { name: "G6, cpu, 2 threads", settings: { ...G6, world: "cpu", threads: 2, loads: 5 } as const, tags: ["deep"] },
    { name: "G3, wait, 2 threads", settings: { ...G6, design: "G3", threads: 2, loads: 5 } as const, tags: ["deep"] },
    { name: "G11, cpu, 2 threads", settings: G11, tags: ["deep"] },
  ])("$name", ({ settings, tags }) => {
    test("each burnt book is one arrival; carts and books are conserved on every frame; a thread runs one gopher", { tags: [...tags] }, async () => {
      const page = await open(longRun(settings));
      await untilTheEnd(page);
      const seen = await seenBy(page);
      const all = settings.loads * 4;
      expect(seen.wrong).toEqual([]);
      expect(seen.books).toBe(all);
      expect([...seen.arrivals, ...seen.last].toSorted((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, k) => k));
      expect(seen.burnt.reduce((sum, count) => sum + count, 0)).toBe(all);
      expect(seen.flights).toBeGreaterThan(0);
      // Without gliding a cart has 16 places, as with reduced motion.
      expect(seen.places).toBeGreaterThan(16);
    });
  });

  test("with reduced motion nothing flies, places change in steps, and each book still arrives once", { tags: ["deep"] }, async () => {
    const page = await open(longRun({ ...G6, loads: 8 }), { reducedMotion: "reduce" });
    await untilTheEnd(page);
    const seen = await seenBy(page);
    expect(seen.wrong).toEqual([]);
    expect(seen.flights).toBe(0);
    expect([...seen.arrivals, ...seen.last].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, k) => k));
    // A cart has four zones with a place for each of four carts.
    expect(seen.places).toBeLessThanOrEqual(16);
  });

  test("everything by keyboard", { tags: ["deep"] }, async () => {
    const page = await open([...longRun(G6), ...gopherRun({ ...G6, design: "G1", loads: 4 }, 2)]);
    const { keyboard } = page;
    await keyboard.press("Space");
    // The time is drawn in the same frame as the word.
    await until(page, `document.getElementById("pause").textContent === "Play"`);
    const stands = await shownTime(page);
    await page.waitForTimeout(400);
    expect(await shownTime(page)).toBe(stands);
    await keyboard.press("ArrowRight");
    for (let k = 0; k < 8; k++) {
      await keyboard.press("ArrowRight");
      await page.waitForTimeout(400);
    }
    await until(page, `Number.parseFloat(document.getElementById("time").textContent) > ${stands}`);
    const later = await shownTime(page);
    for (let k = 0; k < 8; k++) await keyboard.press("ArrowLeft");
    await until(page, `Number.parseFloat(document.getElementById("time").textContent) < ${later}`);
    await keyboard.press("-");
    await keyboard.press("-");
    await until(page, `document.getElementById("speed").value === "5"`);
    await keyboard.press("+");
    await until(page, `document.getElementById("speed").value === "2"`);
    await keyboard.press("?");
    expect(await page.locator("#keys").isVisible()).toBe(true);
    await keyboard.press("Escape");
    expect(await page.locator("#keys").isVisible()).toBe(false);
    const ground = (): Promise<string> => page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    const before = await ground();
    await keyboard.press("d");
    expect(await ground()).not.toBe(before);
    await keyboard.press("m");
    expect(await text(page, "sound")).toBe("Sound on");
    await keyboard.press("m");
    await keyboard.press("l");
    await until(page, `document.getElementById("speed").value === "1" && document.getElementById("pause").textContent === "Pause"`);
    // All controls are reached by Tab, and the focus is seen.
    const reached: string[] = [];
    for (let k = 0; k < 14; k++) {
      await keyboard.press("Tab");
      const [id, outline] = await page.evaluate<[string, string]>(`[document.activeElement.id || document.activeElement.className, getComputedStyle(document.activeElement).outlineStyle]`);
      if (id !== "") expect([id, outline]).not.toEqual([id, "none"]);
      reached.push(id);
    }
    for (const id of ["skip", "sound", "theme", "help", "recorded", "pause", "back", "forward", "speed", "live", "slider"]) expect(reached).toContain(id);
    await page.locator("#recorded").focus();
    await keyboard.press("ArrowDown");
    await until(page, `document.getElementById("run-title").textContent.startsWith("G1")`);
  });

  const PROGRAMS: readonly (readonly [string, () => Message[]])[] = [["gophers", () => longRun({ ...G11, loads: 24, unitMs: 300 })], ["balance", () => balanceRun()], ["replicas", () => replicaRun()], ["sieve", () => sieveRun({ primes: 16 })]];

  describe.each(PROGRAMS)("%s", (name, messages) => {
    const withGains = (): Message[] => {
      const run = messages();
      const [first] = run;
      if (first?.kind !== "run") throw new Error("a run begins with its message");
      return [...run, ...gains(first.choice).slice(0, 5), foreseen(first.choice)];
    };

    const looks = [
      ["1440 light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
      ["1440 dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }],
      ["390 light", { viewport: { width: 390, height: 844 }, colorScheme: "light" }],
      ["390 dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
      ["present", { viewport: { width: 1920, height: 1080 }, colorScheme: "light", isPresented: true }],
    ] as const;
    // The frame of the page is the same for all: the others are looked at in two forms.
    for (const [look, options] of looks.filter(([of]) => name === "gophers" || of === "390 light" || of === "1440 dark")) test(`${look}: it fits the width, all text can be read, nothing is asked of the network`, { tags: ["deep"] }, async () => {
      const page = await open(withGains(), options);
      await page.waitForTimeout(1200);
      await page.screenshot({ path: join(ARTIFACTS, `${name}-${look.replace(" ", "-")}.png`), fullPage: look.startsWith("390") });
      expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).toBeLessThanOrEqual(0);
      expect(await lowContrast(page, 30)).toEqual([]);
    });
  });

  test("a run of milliseconds is shown slowly, and the page says so", { tags: ["deep"] }, async () => {
    const page = await open(sieveRun());
    await until(page, `/The run took 2\\.1 ms\\. It is shown at 1\\/5000 of real speed\\./.test(document.getElementById("delay").textContent)`);
    await page.locator("#slider").fill("1000");
    await untilTheEnd(page);
    expect(await text(page, "stage")).toContain("12 of 12 primes");
  });

  test("the counts say what is in progress and what runs, and the sentence what that is", async () => {
    const page = await open(longRun({ ...G6, loads: 30 }));
    await until(page, `document.getElementById("in-progress").textContent === "4"`);
    await until(page, `document.getElementById("said").textContent.startsWith("Concurrent, not parallel")`);
    await page.keyboard.press("Space");
    expect(Number(await text(page, "running-now"))).toBeLessThanOrEqual(1);
  });

  test("losses, dropped messages and a failed run are said", { tags: ["deep"] }, async () => {
    const messages = longRun(G6).map((message): Message => (message.kind === "events" ? { ...message, lost: 312 } : message.kind === "end" ? { ...message, problems: ["cart 2 has two holders"] } : message));
    const page = await open([...messages, { kind: "dropped", messages: 5 }]);
    expect(await text(page, "gaps")).toBe("312 events were lost: the picture has gaps. This page was too slow: 5 messages were not sent to it.");
    expect(await text(page, "trouble")).toBe("The run failed: cart 2 has two holders");
  });

  test("without scripts, and in a browser that is too old, one line says so", { tags: ["deep"] }, async () => {
    const page = await open(longRun(G6), { javaScriptEnabled: false });
    expect(await page.locator("noscript p").innerText()).toContain("needs JavaScript");
    const old = await browser.newContext();
    onTestFinished(() => old.close());
    const other = await old.newPage();
    await other.addInitScript("delete window.ResizeObserver");
    await other.goto(page.url());
    expect(await text(other, "unable")).toContain("too old");
    expect(await other.locator("#page").isVisible()).toBe(false);
  });
});
