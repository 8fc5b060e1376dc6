/**
 * The page in a real Chromium on a server that sends the messages of a simulated run while they
 * happen: the page shows them with its delay, sends commands, and says when the server is gone.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { renderPage } from "../../../../src/lab/watch/page/page.ts";
import type { Command, Message } from "../../../../src/lab/watch/protocol.ts";
import { CHROMIUM, launch } from "../../report/chromium.ts";
import { lowContrast } from "../../report/contrast.ts";
import { WELCOME, foreseen, gains, gopherRun, sieveRun } from "./recordings.ts";
import { WATCHER, seenBy, text, until, untilTheEnd } from "./watcher.ts";

const CHOICE = WELCOME.choice;
const IDLE: Message = { kind: "state", state: { phase: "idle", choice: CHOICE, text: "Ready.", failed: false } };

/** A server of one page. What it is told to send goes to all that listen, and to those that come later. */
class Stand {
  readonly #server: Server;
  readonly #listeners = new Set<ServerResponse>();
  readonly #sent: Message[] = [IDLE];
  readonly commands: Command[] = [];
  readonly requests: string[] = [];
  /** What a command is answered with. */
  answer: readonly [status: number, text: string] = [204, ""];
  port = 0;

  constructor() {
    const page = renderPage({ welcome: WELCOME });
    this.#server = createServer((request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(`${request.method} ${request.url}`);
      const { pathname } = new URL(request.url ?? "/", "http://stand");
      if (pathname === "/events") {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        for (const message of this.#sent) response.write(`data: ${JSON.stringify(message)}\n\n`);
        this.#listeners.add(response);
        response.on("close", () => this.#listeners.delete(response));
      } else if (pathname === "/command") {
        let body = "";
        request.on("data", (chunk: Buffer) => { body += chunk.toString(); });
        request.on("end", () => {
          this.commands.push(JSON.parse(body) as Command);
          response.writeHead(this.answer[0], { "content-type": "text/plain" }).end(this.answer[1]);
        });
      } else response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": `${page.policy}; frame-ancestors 'none'` }).end(page.html);
    });
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => { this.#server.listen(port, "127.0.0.1", resolve); });
    this.port = (this.#server.address() as AddressInfo).port;
  }

  send(message: Message): void {
    if (message.kind === "run") this.#sent.splice(0);
    this.#sent.push(message);
    for (const listener of this.#listeners) listener.write(`data: ${JSON.stringify(message)}\n\n`);
  }

  /** Sends the messages of a run when they happen. */
  async play(messages: readonly Message[]): Promise<void> {
    const startMs = performance.now();
    for (const message of messages) {
      const dueMs = message.kind === "events" ? message.untilMs : message.kind === "end" ? message.wallMs : 0;
      await new Promise((resolve) => { setTimeout(resolve, Math.max(0, startMs + dueMs - performance.now())); });
      this.send(message);
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

describe.skipIf(CHROMIUM === null)("live in Chromium", { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 180_000);
  afterAll(() => browser?.close(), 60_000);

  async function open(stand: Stand): Promise<Page> {
    await stand.listen();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(`http://127.0.0.1:${stand.port}/`) && !request.url().startsWith("data:")) errors.push(request.url());
    });
    onTestFinished(async () => {
      await context.close();
      await stand.close();
      expect(errors).toEqual([]);
    });
    await page.addInitScript(WATCHER);
    await page.goto(`http://127.0.0.1:${stand.port}/?token=0123456789abcdef`);
    await until(page, `document.getElementById("state").textContent === "Ready."`);
    return page;
  }

  test("a run is shown while it goes on, behind by the delay that the page states; each book arrives once", async () => {
    const stand = new Stand();
    const page = await open(stand);
    expect(page.url()).toBe(`http://127.0.0.1:${stand.port}/`);
    const playing = stand.play(gopherRun({ design: "G6", world: "wait", threads: 2, loads: 9, unitMs: 300 }));
    await until(page, `document.getElementById("delay").textContent === "Live: shown 0.6 s after it happened."`);
    await until(page, `document.getElementById("in-progress").textContent === "4"`);
    await playing;
    await untilTheEnd(page);
    const seen = await seenBy(page);
    expect(seen.wrong).toEqual([]);
    expect([...seen.arrivals, ...seen.last].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, k) => k));
    expect(stand.requests.map((request) => request.replace(/\?.*/, ""))).toEqual(["GET /", "GET /events"]);
  });

  test("while a run computes on every core the page draws few pictures, and loses no book", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    const playing = stand.play(gopherRun({ design: "G6", world: "cpu", threads: 2, loads: 5, unitMs: 300 }));
    await until(page, `/^Live: .* with few pictures a second, because the run computes on every core\\.$/.test(document.getElementById("delay").textContent)`);
    await playing;
    await untilTheEnd(page);
    const seen = await seenBy(page);
    expect(seen.wrong).toEqual([]);
    expect([...seen.arrivals, ...seen.last].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, k) => k));
  });

  test("slow motion during a run, and back to live", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    const playing = stand.play(gopherRun({ design: "G6", world: "wait", threads: 1, loads: 24, unitMs: 300 }));
    await until(page, `document.getElementById("in-progress").textContent === "4"`);
    await page.keyboard.press("-");
    await until(page, `document.getElementById("delay").textContent === "Replay of recorded events, at 1/2 of real speed."`);
    await page.keyboard.press("l");
    await until(page, `document.getElementById("delay").textContent.startsWith("Live:")`);
    await page.keyboard.press("Space");
    await until(page, `document.getElementById("pause").textContent === "Play"`);
    await playing;
    await page.keyboard.press("Space");
    await untilTheEnd(page);
    expect((await seenBy(page)).wrong).toEqual([]);
  });

  test("commands are those of the choices; what the server refuses is said", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    await page.locator("#design").selectOption("G11");
    await page.locator("#world").selectOption("cpu");
    await page.locator("#threads").selectOption("8");
    await page.locator("#carts").selectOption("2");
    expect(await page.locator("#threads option:checked").innerText()).toBe("8 (predicted)");
    await page.locator("#start").click();
    await until(page, `true`);
    while (stand.commands.length === 0) await page.waitForTimeout(20);
    expect(stand.commands).toEqual([{ do: "start", choice: { program: "gophers", design: "G11", world: "cpu", threads: 8, carts: 2 } }]);
    stand.send({ kind: "state", state: { phase: "predicting", choice: CHOICE, text: "Predicts 8 threads.", failed: false } });
    await until(page, `document.getElementById("start").textContent === "Stop"`);
    await page.keyboard.press("s");
    while (stand.commands.length === 1) await page.waitForTimeout(20);
    expect(stand.commands[1]).toEqual({ do: "stop" });
    stand.answer = [409, "One run at a time: another one goes on."];
    stand.send(IDLE);
    await until(page, `document.getElementById("start").textContent === "Start"`);
    await page.locator("#program").selectOption("sieve");
    expect(await page.locator("#design").isVisible()).toBe(false);
    await page.keyboard.press("Tab");
    await page.locator("h1").click();
    await page.keyboard.press("s");
    await until(page, `document.getElementById("trouble").textContent === "One run at a time: another one goes on."`);
  });

  test("gains become more exact with each round", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    for (const message of gains(CHOICE).slice(0, 2)) stand.send(message);
    await until(page, `document.getElementById("gains").textContent.includes("Round 2 of 12")`);
    expect(await text(page, "gains")).toContain("needs more rounds");
    stand.send(gains(CHOICE)[11] as Message);
    await until(page, `document.getElementById("gains").textContent.includes("Round 12 of 12")`);
    expect(await text(page, "gains")).toMatch(/3\.7×\s*\(3\.6…3\.8\)/);
  });

  test("a prediction takes the place of the run before it, and says that nothing runs", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    await stand.play(sieveRun());
    await until(page, `document.getElementById("run-title").textContent !== ""`);
    stand.send({ kind: "state", state: { phase: "predicting", choice: { ...CHOICE, threads: 8 }, text: "Predicting.", failed: false } });
    await until(page, `document.getElementById("stage").textContent.startsWith("This machine has 2 cores. On more threads nothing is run")`);
    expect(await page.locator("#player, #strip, #counts").filter({ visible: true }).count()).toBe(0);
    stand.send(foreseen(CHOICE));
    await until(page, `document.getElementById("gains").textContent.includes("Predicted, not measured here")`);
    expect(await text(page, "gains")).not.toContain("`");
    void stand.play(gopherRun({ design: "G1", world: "wait", threads: 1, loads: 2, unitMs: 100 }));
    await until(page, `document.getElementById("run-title").textContent === "G1, wait world, 1 thread"`);
    expect(await page.locator("#player").isVisible()).toBe(true);
    expect(await text(page, "gains")).not.toContain("Predicted");
  });

  test("other programs have as many threads as there are cores, and no gains", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    expect(await page.locator("#threads option").count()).toBe(WELCOME.mostThreads);
    await page.locator("#threads").selectOption("8");
    await page.locator("#program").selectOption("sieve");
    expect(await page.locator("#threads option").allInnerTexts()).toEqual(["1", "2"]);
    await stand.play(sieveRun());
    await until(page, `document.getElementById("gains").textContent.includes("The command warren sieve measures this program")`);
  });

  test.each([
    ["390", { width: 390, height: 844 }],
    ["1440", { width: 1440, height: 900 }],
  ] as const)("the controls fit a width of %s, and all text can be read", { tags: ["deep"] }, async (_, viewport) => {
    const stand = new Stand();
    const page = await open(stand);
    await page.setViewportSize(viewport);
    for (const program of ["gophers", "balance"]) {
      await page.locator("#program").selectOption(program);
      expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).toBeLessThanOrEqual(0);
      expect(await lowContrast(page, 10)).toEqual([]);
    }
  });

  test("a run of milliseconds is over before it is seen, and is shown slowly", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    await stand.play(sieveRun());
    await until(page, `document.getElementById("delay").textContent === "The run took 2.1 ms. It is shown at 1/5000 of real speed."`);
  });

  test("the server is gone: the page says so, and goes on when it is back", { tags: ["deep"] }, async () => {
    const stand = new Stand();
    const page = await open(stand);
    await stand.close();
    await until(page, `document.getElementById("trouble").textContent.startsWith("warren has ended: start it again in the terminal")`);
    await page.locator("h1").click();
    await page.keyboard.press("s");
    await until(page, `document.getElementById("trouble").textContent.includes("start it again in the terminal")`);
    const again = new Stand();
    await again.listen(stand.port);
    onTestFinished(() => again.close());
    await until(page, `document.getElementById("trouble").hidden`);
    void again.play(gopherRun({ design: "G1", world: "wait", threads: 1, loads: 2, unitMs: 100 }));
    await until(page, `document.getElementById("run-title").textContent === "G1, wait world, 1 thread"`);
  });
});
