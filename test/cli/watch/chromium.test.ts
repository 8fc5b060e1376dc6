/**
 * A real browser: the page opens from its address and gets what goes on, and pages of other
 * origins get nothing and start nothing. They are served by another server of this machine: once
 * under a foreign name, once under a name that leads to the page's own server (DNS rebinding), and once
 * under the page's own name with another port, to which the browser sends the page's cookie.
 * @module-tag deep
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CHROMIUM } from "../../lab/report/chromium.ts";
import { events, opened, START, state, until, type Opened } from "./served.ts";

const PAGE = `<!doctype html><meta charset="utf-8"><title>watch</title><script>
  globalThis.got = [];
  globalThis.stream = new EventSource("/events");
  stream.onmessage = ({ data }) => got.push(JSON.parse(data));
</script>`;
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'";
/** No checks of local addresses: Chromium's own protection against rebinding, which other browsers lack, must not hide a hole in the server's. */
const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--host-resolver-rules=MAP evil.test 127.0.0.1", "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
];

if (CHROMIUM === null) process.stderr.write("Chromium is not installed: nothing tries to get in from a browser (apt-get install chromium, or set CHROMIUM)\n");

describe.skipIf(CHROMIUM === null)("in Chromium", { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ARGUMENTS, timeout: 120_000 });
  });
  afterAll(() => browser?.close());

  async function context(): Promise<BrowserContext> {
    const made = await browser.newContext();
    onTestFinished(() => made.close());
    return made;
  }

  /** The page, opened from the address; and a server with a page of another origin. */
  async function site(): Promise<Opened & { readonly page: Page; readonly made: BrowserContext; readonly foreign: number }> {
    const all = await opened({ page: () => PAGE, policy: POLICY, snapshot: () => [state("snapshot")], recording: () => "<title>run</title>" });
    const made = await context();
    const page = await made.newPage();
    await page.goto(all.server.ticketUrl());
    await until(() => all.server.viewers === 1);
    const other = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>foreign</title>"));
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    return { ...all, page, made, foreign: (other.address() as AddressInfo).port };
  }

  /** Waits for a fact of a page. Its policy forbids what Playwright's own waiting evaluates there. */
  async function holds(page: Page, fact: string): Promise<void> {
    while (!(await page.evaluate(fact))) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  function got(page: Page): Promise<{ kind: string }[]> {
    return page.evaluate("got");
  }

  test("the page opens, has no secret in its address or its script, is reloaded, and gets each message", async () => {
    const { server, page, made, commands } = await site();
    expect(page.url()).toBe(`http://127.0.0.1:${server.port}/`);
    expect(await page.evaluate("[document.cookie, document.referrer, history.length]")).toEqual(["", "", 2]);
    expect(await made.cookies()).toEqual([expect.objectContaining({ name: `warren-${server.port}`, httpOnly: true, sameSite: "Strict", path: "/", expires: -1 })]);
    server.send(events(1));
    await holds(page, "got.length === 2");
    expect((await got(page)).map(({ kind }) => kind)).toEqual(["state", "events"]);
    await page.reload();
    await holds(page, "got.length === 1");
    expect(await page.evaluate(`fetch("/command", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(START)} }).then((answer) => answer.json())`)).toEqual({ ok: true });
    expect(commands).toEqual([JSON.parse(START)]);
    const [download] = await Promise.all([page.waitForEvent("download"), page.evaluate(`Object.assign(document.createElement("a"), { href: "/recording" }).click()`)]);
    expect(download.suggestedFilename()).toBe("warren-watch.html");
  });

  test("the address that was used opens nothing in another browser, and says so; the one of the terminal does", async () => {
    const { server } = await site();
    const page = await (await context()).newPage();
    const used = server.ticketUrl();
    await fetch(used, { redirect: "manual" });
    expect((await page.goto(used))?.status()).toBe(403);
    expect(await page.innerText("p")).toBe("This address does not open the page: it was used before, it is incomplete, or it belongs to a warren watch that has ended. Open the address that warren watch printed in the terminal.");
    expect((await page.goto(server.url))?.status()).toBe(200);
    expect(page.url()).toBe(`http://127.0.0.1:${server.port}/`);
  });

  test("a link on a foreign page leads to the page, by way of a second click", async () => {
    const { server, made, foreign } = await site();
    const page = await made.newPage();
    await page.goto(`http://evil.test:${foreign}/`);
    await page.evaluate(`location.href = ${JSON.stringify(server.url)}`);
    await page.waitForURL(`http://127.0.0.1:${server.port}/`);
    if ((await page.title()) !== "watch") await page.click("text=Try again");
    await holds(page, "globalThis.got?.length === 1");
  });

  test.each([["a foreign site", "evil.test"], ["another port of the same host", "127.0.0.1"]])("%s gets nothing and starts nothing", async (_, name) => {
    const { server, page, made, foreign, commands } = await site();
    const target = `http://127.0.0.1:${server.port}`;
    const evil = await made.newPage();
    await evil.goto(`http://${name}:${foreign}/`);
    const outcome = await evil.evaluate(`(async () => {
      const target = ${JSON.stringify(target)}, body = ${JSON.stringify(START)};
      const tried = async (path, options) => { try { const answer = await fetch(target + path, { credentials: "include", ...options }); return answer.type === "opaque" ? "opaque" : "read: " + answer.status; } catch { return "refused"; } };
      const element = (tag, attributes) => new Promise((resolve) => { const made = Object.assign(document.createElement(tag), attributes); made.onload = () => resolve("loaded"); made.onerror = () => resolve("refused"); document.body.append(made); });
      const stream = new EventSource(target + "/events", { withCredentials: true });
      const streamed = await new Promise((resolve) => { stream.onmessage = () => resolve("read"); stream.onerror = () => resolve("refused"); });
      stream.close();
      return {
        json: await tried("/command", { method: "POST", headers: { "content-type": "application/json" }, body }),
        simple: await tried("/command", { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body }),
        beacon: navigator.sendBeacon(target + "/command", body),
        page: await tried("/"), recording: await tried("/recording"), opaque: await tried("/", { mode: "no-cors" }),
        script: await element("script", { src: target + "/recording" }), image: await element("img", { src: target + "/" }), streamed,
      };
    })()`);
    expect(outcome).toEqual({ json: "refused", simple: expect.stringMatching(/^(opaque|refused)$/), beacon: true, page: "refused", recording: "refused", opaque: expect.stringMatching(/^(opaque|refused)$/), script: "refused", image: "refused", streamed: "refused" });
    // A form, whose answer replaces the page: it is a refusal.
    await evil.evaluate(`(() => { const form = Object.assign(document.createElement("form"), { method: "post", action: ${JSON.stringify(target)} + "/command", enctype: "text/plain" }); form.append(Object.assign(document.createElement("input"), { name: '{"do":"stop","x":"', value: '"}' })); document.body.append(form); form.submit(); })()`);
    await evil.waitForURL(`${target}/command`);
    expect(await evil.innerText("body")).toContain('"ok":false');
    expect([commands, server.viewers]).toEqual([[], 1]);
    server.send(state("still here"));
    await holds(page, "got.length === 2");
  });

  test("no page can frame it", async () => {
    const { server, made, foreign } = await site();
    const evil = await made.newPage();
    await evil.goto(`http://127.0.0.1:${foreign}/`);
    await evil.evaluate(`new Promise((resolve) => { const frame = Object.assign(document.createElement("iframe"), { src: ${JSON.stringify(`http://127.0.0.1:${server.port}/`)} }); frame.onload = resolve; document.body.append(frame); })`);
    expect(await Promise.all(evil.frames().slice(1).map((frame) => frame.evaluate("globalThis.got ?? null")))).toEqual([null]);
    expect(server.viewers).toBe(1);
  });

  test("a foreign name that leads to this server (DNS rebinding) gets a refusal before anything else", async () => {
    const { server, made, commands } = await site();
    const evil = await made.newPage();
    const { search } = new URL(server.url);
    for (const path of ["/", `/${search}`, "/events", "/command"]) expect((await evil.goto(`http://evil.test:${server.port}${path}`))?.status()).toBe(421);
    // The foreign page itself, as it was served before its name led here: its origin is that of the server which it attacks, so the browser lets it send and read everything.
    await evil.route("**/attack", (route) => route.fulfill({ contentType: "text/html", body: "<title>attack</title>" }));
    await evil.goto(`http://evil.test:${server.port}/attack`);
    const tried = await evil.evaluate(`Promise.all([fetch("/command", { method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(START)} }), fetch("/events"), fetch("/${search}")].map((sent) => sent.then(({ status }) => status)))`);
    expect(tried).toEqual([421, 421, 421]);
    expect(await made.cookies(`http://evil.test:${server.port}`)).toEqual([]);
    expect([commands, server.viewers]).toEqual([[], 1]);
  });

  test("a page whose server goes and comes back connects again once its address is opened; no message twice", async () => {
    const first = await opened({ page: () => PAGE, policy: POLICY, snapshot: () => [state("first")] });
    const { port } = first.server;
    const made = await context();
    const page = await made.newPage();
    await page.goto(first.server.url);
    await holds(page, "got.length === 1");
    await first.server.close();
    const second = await opened({ port, page: () => PAGE, policy: POLICY, snapshot: () => [state("second")] });
    // The new server has new secrets: the old page is refused, and the browser gives up.
    await holds(page, "stream.readyState === EventSource.CLOSED");
    expect(second.server.viewers).toBe(0);
    const other = await made.newPage();
    await other.goto(second.server.url);
    await page.evaluate(`stream = new EventSource("/events"); stream.onmessage = ({ data }) => got.push(JSON.parse(data));`);
    await holds(page, "got.length === 2");
    expect((await page.evaluate<{ state: { text: string } }[]>("got")).map((message) => message.state.text)).toEqual(["first", "second"]);
  });
});
