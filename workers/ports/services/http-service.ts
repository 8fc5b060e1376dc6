/**
 * An HTTP service that computes, and shuts down gracefully: requests in progress are
 * answered, later ones find no server. The same program is its client.
 * The Go program is http-service.go in this folder; what both print is in http-service.txt.
 *
 *     node workers/ports/services/http-service.ts [requests] [threads]
 */
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Receiver, type Sender, bool, chan, isMain, run, spawn, task, yieldNow } from "../../../src/index.ts";

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

export const countPrimes = task(import.meta, async function countPrimes(last: number) {
  let count = 0;
  for (let n = 2; n <= last; n++) {
    if (isPrime(n)) count++;
    if (n % 1000 === 0) await yieldNow();
  }
  return count;
});

/** Answers /primes/N; a request for /slow waits until it may go on. */
function service(entered: Sender<boolean>, goOn: Receiver<boolean>): Server {
  return createServer(async ({ url = "" }, response) => {
    if (url.startsWith("/primes/")) {
      const last = Number(url.slice("/primes/".length));
      if (Number.isInteger(last) && last >= 0) response.end(`${await spawn(countPrimes, last)}\n`);
      else response.writeHead(400).end("not a number\n");
    } else if (url === "/slow") {
      await entered.send(true);
      await goOn.recv();
      response.end("slow, but answered\n");
    } else response.writeHead(404).end("404 page not found\n");
  });
}

async function get(url: string): Promise<string> {
  try {
    const response = await fetch(url);
    return `${response.status} ${(await response.text()).trimEnd()}`;
  } catch {
    return "no server";
  }
}

export const httpService = task(import.meta, async function httpService(n: number) {
  const [entered, goOn] = [chan(bool), chan(bool)];
  const server = service(entered, goOn).listen(0, "127.0.0.1");
  await once(server, "listening");
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answers = await Promise.all(Array.from({ length: n }, (_, i) => get(`${root}/primes/${1000 * (i + 1)}`)));
  for (const [i, answer] of answers.entries()) console.log(`primes up to ${1000 * (i + 1)}: ${answer}`);
  console.log("a bad request:", await get(`${root}/primes/many`));
  console.log("another path:", (await get(`${root}/composites`)).slice(0, 3));

  const slow = get(`${root}/slow`);
  await entered.recv();
  const shut = once(server, "close");
  server.close();
  console.log("the server no longer listens:", !server.listening);
  console.log("a late request:", await get(`${root}/primes/10`));
  goOn.close();
  console.log("in progress:", await slow);
  server.closeIdleConnections();
  console.log("shut down:", (await shut).length === 0);
  entered.close();
});

if (isMain(import.meta)) {
  const [n = "10", threads = "2"] = process.argv.slice(2);
  await run(httpService, { threads: Number(threads), args: [Number(n)] });
}
