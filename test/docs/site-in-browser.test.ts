/**
 * The site in a real Chromium, from a server of its files: every page without an
 * error, a request to elsewhere or a part that sticks out, readable in light and dark.
 * Screenshots are kept in artifacts/site/.
 *
 * @module-tag deep
 */
import { createServer, type Server } from "node:http";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { GROUPS } from "../../scripts/site/pages.ts";
import { makeSite, writeSite } from "../../scripts/site/site.ts";
import { CHROMIUM, launch } from "../lab/report/chromium.ts";
import { lowContrast } from "../lab/report/contrast.ts";
import { ROOT } from "../structure/sources.ts";

const ARTIFACTS = join(ROOT, "artifacts/site");
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml", ".json": "application/json" };
const WIDE = { width: 1440, height: 1000 };
const NARROW = { width: 390, height: 844 };
/** A4 within its margins, CSS pixels. */
const PAPER = { width: 688, height: 1017 };
/** The shortest page has more. */
const LEAST_TEXTS = 30;

if (CHROMIUM === null) process.stderr.write("Chromium is not installed: the site is not opened in a browser (apt-get install chromium, or set CHROMIUM)\n");

describe.skipIf(CHROMIUM === null)("in Chromium", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "warren-site-"));
  const site = makeSite(ROOT, GROUPS);
  const pages = [...site.pages.keys()];
  let browser: Browser;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    writeSite(site, ROOT, folder);
    server = createServer(({ url = "" }, response) => {
      const file = join(folder, new URL(url, "http://localhost").pathname);
      if (!existsSync(file)) response.writeHead(404).end();
      else createReadStream(file).pipe(response.writeHead(200, { "content-type": TYPES[extname(file)] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await launch();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** A page of the browser; when the test ends nothing may have been logged, and nothing asked for but files of the site. */
  async function open(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on("console", (message) => troubles.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
    page.on("response", (response) => {
      if (response.status() !== 200) troubles.push(`${response.status()}: ${response.url()}`);
    });
    page.on("request", (request) => {
      if (![origin, "data:", pathToFileURL(folder).href].some((start) => request.url().startsWith(start))) troubles.push(`asked for: ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(troubles).toEqual([]);
    });
    return page;
  }

  const overflow = (page: Page): Promise<number> => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

  test.each([["wide", WIDE], ["narrow", NARROW]] as const)("every page, %s, light and dark", async (name, viewport) => {
    const page = await open({ viewport });
    for (const path of pages) {
      await page.goto(`${origin}${path}`);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect.soft([path, colorScheme, await overflow(page), await lowContrast(page, LEAST_TEXTS)]).toEqual([path, colorScheme, 0, []]);
        if (path === "index.html" || path === "docs/results/index.html") await page.screenshot({ path: join(ARTIFACTS, `${path.replaceAll("/", "-")}-${name}-${colorScheme}.png`) });
      }
    }
  });

  test("on paper a page is its text alone, and nothing sticks out", async () => {
    const page = await open({ viewport: PAPER });
    await page.emulateMedia({ media: "print" });
    for (const path of pages) {
      await page.goto(`${origin}${path}`);
      expect.soft([path, await overflow(page), await page.locator("nav:visible, header:visible").count()]).toEqual([path, 0, 0]);
    }
  });

  test("opened from a file: the picture is there, and the links lead through it", async () => {
    const page = await open({ viewport: NARROW });
    await page.goto(pathToFileURL(join(folder, "index.html")).href);
    expect(await page.evaluate("document.querySelector('img').naturalWidth")).toBeGreaterThan(0);
    await page.getByText("Pages", { exact: true }).first().click();
    await page.getByRole("link", { name: "API", exact: true }).first().click();
    await page.waitForURL(/\/docs\/api\.html$/);
    expect(await page.title()).toBe("API · warren");
    await page.goto(pathToFileURL(join(folder, "docs/results/index.html")).href);
    await page.getByRole("link", { name: "wait-world.html" }).click();
    await page.locator("#warren-result").waitFor({ state: "attached" });
  });

  test("by the keyboard: first to the page itself, then through the navigation", async () => {
    const page = await open({ viewport: WIDE });
    await page.goto(`${origin}docs/guide.html`);
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.textContent");
    const reached: string[] = [];
    for (let k = 0; k < 4; k++) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    expect(reached).toEqual(["Skip to the page", "warren", "Start", "The talk"]);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${origin}docs/talk.html`);
    expect(await page.locator('nav.wide [aria-current="page"]').textContent()).toBe("The talk");
  });
});
