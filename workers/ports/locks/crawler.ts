/**
 * A web crawler over a site that is made up: fetches in parallel, and no page twice.
 * What has been seen belongs to one thread, on which all crawls are closures: no lock.
 * The Go program is crawler.go in this folder; what both print is in crawler.txt.
 *
 *     node workers/ports/locks/crawler.ts [pages] [threads]
 */
import { isMain, run, sleep, spawn, task } from "../../../src/index.ts";

/** What a fetch finds. */
interface Page {
  readonly title: string;
  readonly urls: readonly string[];
}

const link = (n: number): string => `/${n}`;

/** Returns the page under a URL; every fifth link of the site leads nowhere. */
export const fetchPage = task(import.meta, async function fetchPage(url: string, pages: number): Promise<Page> {
  await sleep(1);
  const n = Number(url.slice(1));
  if (n >= pages || n % 5 === 4) throw new Error(`not found: ${url}`);
  return { title: `page ${n}`, urls: [link(2 * n + 1), link(2 * n + 2), link(Math.floor(n / 3)), link(n + 3)] };
});

export const crawler = task(import.meta, async function crawler(pages: number) {
  const seen = new Set<string>();
  const lines: string[] = [];
  const crawl = async (url: string): Promise<void> => {
    if (seen.has(url)) return;
    seen.add(url);
    try {
      const { title, urls } = await spawn(fetchPage, url, pages);
      lines.push(`found: ${url} "${title}"`);
      await Promise.all(urls.map(crawl));
    } catch (error) {
      lines.push((error as Error).message);
    }
  };
  await crawl(link(0));
  for (const line of lines.toSorted()) console.log(line);
});

if (isMain(import.meta)) {
  const [pages = "100", threads = "2"] = process.argv.slice(2);
  await run(crawler, { threads: Number(threads), args: [Number(pages)] });
}
