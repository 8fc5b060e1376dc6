/** The health of a node over HTTP, for what watches processes: 200 while it takes work, else 503. Only this machine reaches it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FileError } from "../options/values.ts";

/** What is told. */
export interface Health {
  readonly status: "up" | "no connection" | "draining";
  readonly [figure: string]: string | number;
}

/** Answers each request with the health of that moment. `port` 0: any that is free. @throws FileError if the port is taken */
export async function serveHealth(port: number, health: () => Health): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    const now = health();
    response.writeHead(now.status === "up" ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store", connection: "close" });
    response.end(`${JSON.stringify(now)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new FileError(`--health: port ${port} cannot be used: ${error.message}`)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
