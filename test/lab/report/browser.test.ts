/**
 * The report in a real Chromium, opened from a file: no errors, no requests,
 * every mark there, readable in light, dark and on paper, wide and narrow.
 * Screenshots are kept in artifacts/report/.
 *
 * @module-tag deep
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { publishedPair } from "../../../scripts/picture.ts";
import { renderReport } from "../../../src/lab/report/report.ts";
import type { Result } from "../../../src/lab/result.ts";
import type { RunSlice, Timeline } from "../../../src/lab/timeline.ts";
import { CHROMIUM, launch } from "./chromium.ts";
import { lowContrast } from "./contrast.ts";
import { fullResult } from "./full-result.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../artifacts/report");
const SCHEMES = ["light", "dark"] as const;
const TOLD = { sentences: ["On one thread structure gives 3.96×."], program: "warren" };
/** A4 within its margins, CSS pixels. */
const PAPER = { width: 703, height: 1032 };

/** Pages of a PDF that Chromium wrote. */
function pagesOf(pdf: Buffer): number {
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

/** Where the first match is that is shown, in CSS pixels of the page. */
function box(page: Page, selector: string): Promise<Record<"left" | "top" | "right" | "bottom", number>> {
  return page.evaluate(`(() => {
    const { left, top, right, bottom } = [...document.querySelectorAll(${JSON.stringify(selector)})].find((element) => element.checkVisibility()).getBoundingClientRect();
    return { left, top: top + scrollY, right, bottom: bottom + scrollY };
  })()`);
}

/** Texts of drawings that reach beyond the drawing or lie on each other in a row of a bar. */
function textsThatStickOut(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(`(() => {
    const wrong = [];
    for (const svg of document.querySelectorAll(${JSON.stringify(selector)})) {
      if (!svg.checkVisibility()) continue;
      const frame = svg.getBoundingClientRect();
      for (const text of svg.querySelectorAll("text")) {
        const { left, right } = text.getBoundingClientRect();
        if (left < frame.left - 1 || right > frame.right + 1) wrong.push("outside: " + text.textContent);
      }
      for (const bar of svg.querySelectorAll('[data-mark="bar"]')) {
        const parts = [...bar.querySelectorAll("text, rect")].map((part) => ({ text: part.textContent || "bar", ...part.getBoundingClientRect().toJSON() })).sort((a, b) => a.left - b.left);
        for (const [index, part] of parts.entries()) if (index > 0 && part.left < parts[index - 1].right) wrong.push(parts[index - 1].text + " lies on " + part.text);
      }
    }
    return wrong;
  })()`);
}

if (CHROMIUM === null) process.stderr.write("Chromium is not installed: the report is not opened in a browser (apt-get install chromium, or set CHROMIUM)\n");

describe.skipIf(CHROMIUM === null)("in Chromium", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "warren-report-"));
  let browser: Browser;
  let result: Result;
  let file: string;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    result = await fullResult();
    file = write("report.html", result);
    browser = await launch();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function write(name: string, of: Result): string {
    writeFileSync(join(folder, name), renderReport(of, TOLD));
    return pathToFileURL(join(folder, name)).href;
  }

  /** Opens a page; when the test ends nothing may have been logged and nothing asked for but the file. */
  async function open(options: BrowserContextOptions = {}, url = file): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const troubles: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => troubles.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
    page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => requests.push(request.url()));
    onTestFinished(async () => {
      await context.close();
      expect(troubles).toEqual([]);
      expect(requests.filter((request) => !/^(data|blob):/.test(request))).toEqual([url]);
    });
    await page.goto(url);
    return page;
  }

  const timelineOf = async (figure: Locator): Promise<Timeline> => result.cells[Number(await figure.getAttribute("data-cell"))]?.timeline as Timeline;
  const countOf = (page: Page, selector: string): Promise<number> => page.locator(selector).count();
  const overflow = (page: Page): Promise<number> => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

  test("the marks of the charts are as many as the data", async () => {
    const page = await open();
    const { cells, gains } = result;
    const sum = (of: (cell: Result["cells"][number]) => number): number => cells.reduce((total, cell) => total + of(cell), 0);
    expect(await countOf(page, '#parallelism [data-mark="share"] > rect')).toBe(sum(({ trace }) => trace.hist?.length ?? 0));
    expect(await countOf(page, '#answer [data-mark="gain"] > *')).toBe(gains.filter(({ threads }) => threads > 1).length);
    expect(await countOf(page, '#answer [data-mark="interval of P"] > *')).toBe(gains.filter(({ threads, ci }) => threads > 1 && ci.P).length);
    expect(await countOf(page, '#answer svg.wide [data-mark="bar"]')).toBe(cells.length);
    expect(await countOf(page, '#answer svg.narrow [data-mark="bar"]')).toBe(cells.length);
    expect(await countOf(page, '#speed-up [data-mark="speed-up"] > *')).toBe(gains.length);
    expect(await countOf(page, '#speed-up [data-mark="ideal"] path')).toBe(4);
    expect(await countOf(page, '#predicted [data-mark="cell"] > *')).toBe(cells.filter(({ predicted }) => predicted !== undefined).length);
    expect(await countOf(page, '#predicted [data-mark="ten percent"] path')).toBe(1);
    expect(await countOf(page, '#samples [data-mark="run"] > *, #samples [data-mark="far run"] > *')).toBe(sum(({ samples }) => samples.length));
    expect(await countOf(page, '#samples [data-mark="far run"] > *')).toBeGreaterThan(0);
  });

  test("the timelines have every run, and a row for every task", async () => {
    const page = await open();
    expect(await countOf(page, ".timeline-figure")).toBe(result.cells.length);
    for (const index of [0, result.cells.findIndex(({ design, world, threads }) => design === "G7" && world === "mixed" && threads === 2)]) {
      const { timeline } = result.cells[index] as Result["cells"][number];
      const figure = `.timeline-figure[data-cell="${index}"]`;
      const drawn = await page.evaluate<number>(`[...document.querySelectorAll('${figure} [data-kind="threads"] .run')].flatMap((path) => path.getAttribute("d").match(/M/g)).length`);
      expect(drawn).toBe(timeline?.runs.length);
      expect(await countOf(page, `${figure} .place`)).toBe(timeline?.tasks.length);
      expect(await countOf(page, `${figure} .as-table tbody tr`)).toBe(timeline?.tasks.length);
    }
  });

  test.each([1280, 375])("%i pixels wide, light and dark: nothing sticks out, text can be read", async (width) => {
    const page = await open({ viewport: { width, height: 900 } });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await overflow(page)).toBe(0);
      expect(await page.evaluate<boolean>("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")).toBe(colorScheme === "light");
      expect(await lowContrast(page)).toEqual([]);
      await page.screenshot({ path: join(ARTIFACTS, `${colorScheme}-${width}.png`), fullPage: true });
    }
  });

  test("on paper: white, nothing cut off, what is folded away stays away", async () => {
    const page = await open({ colorScheme: "dark", viewport: PAPER });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect(await overflow(page)).toBe(0);
    expect(await lowContrast(page)).toEqual([]);
    expect(await page.locator("#samples, #predicted, #parallelism").evaluateAll((sections) => sections.map((section) => (section as unknown as { checkVisibility(): boolean }).checkVisibility()))).toEqual([false, false, false]);
    expect(await page.locator("#results table").first().isVisible()).toBe(true);
    const cut = `[...document.querySelectorAll(".scroll")].filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent.slice(0, 60))`;
    expect(await page.evaluate<string[]>(cut)).toEqual([]);
    expect(await page.locator("nav").isVisible()).toBe(false);
    await page.screenshot({ path: join(ARTIFACTS, "print.png"), fullPage: true });
    await page.pdf({ path: join(ARTIFACTS, "report.pdf"), preferCSSPageSize: true });
  });

  test("a timeline can be chosen; the one that stood there goes away, or changes places", async () => {
    const page = await open();
    const shown = (): Promise<string[]> => page.evaluate<string[]>(`[...document.querySelectorAll(".slot .timeline-figure")].map(({ dataset }) => dataset.cell)`);
    const [first, second] = (await shown()) as [string, string];
    const [upper, lower] = [page.locator('select[data-slot="0"]'), page.locator('select[data-slot="1"]')];
    expect([await upper.inputValue(), await lower.inputValue()]).toEqual([first, second]);
    await upper.selectOption("3");
    expect(await shown()).toEqual(["3", second]);
    expect(await page.locator('.timeline-figure[data-cell="3"]').isVisible()).toBe(true);
    expect(await page.locator(`.timeline-figure[data-cell="${first}"]`).isVisible()).toBe(false);
    await upper.selectOption(second);
    expect(await shown()).toEqual([second, "3"]);
    expect(await lower.inputValue()).toBe("3");
    await lower.selectOption(first);
    expect(await shown()).toEqual([second, first]);
  });

  test("a timeline is zoomed and moved with the keyboard; near by, hand-offs appear", async () => {
    const page = await open();
    const figure = page.locator(".slot .timeline-figure").first();
    const range = async (): Promise<[number, number]> => [Number(await figure.getAttribute("data-from")), Number(await figure.getAttribute("data-to"))];
    const { durationNs } = await timelineOf(figure);
    const [arrows, ticks] = [figure.locator(".arrows path"), figure.locator(".axis text")];
    const before = await ticks.allTextContents();
    expect(await arrows.count()).toBe(0);
    await figure.locator(".scroll").first().focus();
    await page.keyboard.press("+");
    expect(await range()).toEqual([durationNs / 4, (3 * durationNs) / 4]);
    expect(await ticks.allTextContents()).not.toEqual(before);
    expect(await arrows.count()).toBeGreaterThan(0);
    await page.keyboard.press("ArrowRight");
    expect((await range())[0]).toBeCloseTo(0.35 * durationNs, 0);
    await page.keyboard.press("-");
    await page.keyboard.press("0");
    expect(await range()).toEqual([0, durationNs]);
    expect(await ticks.allTextContents()).toEqual(before);
    await figure.getByRole("button", { name: "zoom in" }).click();
    expect(await range()).toEqual([durationNs / 4, (3 * durationNs) / 4]);
  });

  test("a bar tells what it is", async () => {
    const page = await open();
    const figure = page.locator(".slot .timeline-figure").nth(1);
    const { runs, tasks } = await timelineOf(figure);
    const [thread, task] = runs.find(([, , from, to]) => to - from > 1e6) as RunSlice;
    const number = figure.locator(".numbers text").first();
    await number.scrollIntoViewIfNeeded();
    const box = await number.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 2, (box?.y ?? 0) + 6);
    expect(await page.locator("#tip").textContent()).toMatch(new RegExp(`^thread ${thread} runs \\d+ ${tasks[task]?.name}\\n.* to .* \\(.*\\)$`));
    await page.mouse.move(2, 2);
    expect(await page.locator("#tip").isVisible()).toBe(false);
  });

  test("the numbers can be taken away", async () => {
    const page = await open();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
    const path = join(folder, "taken.json");
    await download.saveAs(path);
    expect(download.suggestedFilename()).toBe("warren-result.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(result)));
  });

  test("without scripting: two timelines, the others folded away, and everything else", async () => {
    const page = await open({ javaScriptEnabled: false });
    expect(await page.locator(".slot .timeline-figure").first().isVisible()).toBe(true);
    expect(await page.locator(".more-timelines > summary").isVisible()).toBe(true);
    expect(await page.locator(".choices").isVisible()).toBe(false);
    expect(await page.locator("#download").isVisible()).toBe(false);
    expect(await countOf(page, "svg.plot")).toBeGreaterThan(50);
    await page.locator(".more-timelines > summary").click();
    expect(await page.locator(".more-timelines .timeline-figure").last().isVisible()).toBe(true);
  });

  test("markup in names stays text", async () => {
    const bad = `</script></style><img src=x onerror="alert(1)"><svg onload="alert(2)">`;
    const cells = result.cells.map((cell) => ({ ...cell, world: `${cell.world}${bad}`, design: `${cell.design}${bad}` }));
    const gains = result.gains.map((gain) => ({ ...gain, world: `${gain.world}${bad}`, design: `${gain.design}${bad}` }));
    const page = await open({}, write("bad.html", { ...result, cells, gains, config: { ...result.config, command: [bad] } }));
    expect(await countOf(page, "img, [onload], [onerror]")).toBe(0);
    expect(await page.locator("h1").textContent()).toBe("Concurrency is not parallelism");
    expect(await page.locator("#results tbody th").first().textContent()).toContain(bad);
  });

  test("a result with little in it", async () => {
    const one = await fullResult({ threads: [1], worlds: ["wait"], designs: ["G1"], blocks: 1, dot: false });
    const page = await open({ viewport: { width: 375, height: 800 } }, write("little.html", { ...one, cells: one.cells.map((cell) => ({ ...cell, timeline: undefined as never, trace: {} })), gains: [] }));
    expect(await overflow(page)).toBe(0);
    expect(await countOf(page, ".absent")).toBeGreaterThanOrEqual(5);
  });

  test("a link to a section that is folded away unfolds it", async () => {
    const page = await open();
    const runs = page.locator("#samples figure").first();
    expect(await runs.isVisible()).toBe(false);
    await page.locator('nav a[href="#samples"]').click();
    await runs.waitFor({ state: "visible" });
  });

  /** In light and dark nothing sticks out, and text can be read. */
  async function expectLegible(page: Page, picture: string): Promise<void> {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await overflow(page)).toBe(0);
      expect(await lowContrast(page)).toEqual([]);
      expect(await textsThatStickOut(page, ".answer svg")).toEqual([]);
      await page.screenshot({ path: join(ARTIFACTS, `${picture}-${colorScheme}.png`) });
    }
  }

  describe("of the headline's size", () => {
    const results: Record<string, () => Promise<Result>> = {
      fake: () => fullResult({ designs: ["G1", "G6"] }),
      measured: async () => publishedPair(),
    };
    for (const [name, read] of Object.entries(results)) {
      test(`${name}, a large screen: bars and plane side by side in the first view`, async () => {
        const page = await open({ viewport: { width: 1440, height: 900 } }, write(`${name}.html`, await read()));
        const [bars, plane] = [await box(page, ".bars"), await box(page, ".plane > svg")];
        expect(Math.max(bars.bottom, plane.bottom)).toBeLessThanOrEqual(900);
        expect(plane.left).toBeGreaterThanOrEqual(bars.right);
        expect(plane.right).toBeLessThanOrEqual(1440);
        await expectLegible(page, `${name}-1440`);
      });

      test(`${name}, a phone: the bars in the first view, the plane whole below, timelines as wide as the screen`, async () => {
        const page = await open({ viewport: { width: 390, height: 844 } }, write(`${name}.html`, await read()));
        const [bars, plane, timeline] = [await box(page, ".bars"), await box(page, ".plane > svg"), await box(page, ".timeline-figure .scroll")];
        expect(bars.bottom).toBeLessThanOrEqual(844);
        expect(plane.top).toBeGreaterThanOrEqual(bars.bottom);
        expect([plane.left >= 0, plane.right <= 390]).toEqual([true, true]);
        expect(timeline.right - timeline.left).toBeGreaterThanOrEqual(0.9 * 390);
        await expectLegible(page, `${name}-390`);
      });

      test(`${name}, on paper: the answer on the first of six pages at most`, async () => {
        const page = await open({}, write(`${name}.html`, await read()));
        const pdf = await page.pdf({ path: join(ARTIFACTS, `${name}.pdf`), preferCSSPageSize: true });
        expect(pagesOf(pdf)).toBeLessThanOrEqual(6);
        await page.setViewportSize(PAPER);
        await page.emulateMedia({ media: "print" });
        expect((await box(page, ".plane > svg")).bottom).toBeLessThanOrEqual(PAPER.height);
        expect(await overflow(page)).toBe(0);
      });
    }
  });
});
