/** Tests of warren/net: a real nats-server, a runtime and nodes that belong to one test. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { type Runtime, type RuntimeOptions, start } from "../../src/index.ts";
import { type JoinOptions, type Net, join } from "../../src/net/index.ts";
import { Broker, type BrokerOptions, missingServer } from "../../verify/net/broker.ts";

const missing = missingServer();
let programs = 0;

/** What the tests of a file share. */
export class Place {
  broker!: Broker;
  rt!: Runtime;
  /** The program's name, another for each test. */
  name = "";
  readonly #nets: Net[] = [];

  /** Joins the test's program with a node of its own, which is closed after the test. */
  async node(options: Partial<JoinOptions> = {}, rt = this.rt): Promise<Net> {
    const net = await join(rt, { name: this.name, servers: this.broker.url, node: `n${this.#nets.length}`, beatMs: 100, timeoutMs: 5000, ...options });
    this.#nets.push(net);
    return net;
  }

  async closeNodes(): Promise<void> {
    await Promise.all(this.#nets.splice(0).map((net) => net.close()));
  }
}

/** Registers tests that need a server; without one they are skipped, and say why. */
export function onBroker(title: string, body: (place: Place) => void, options: BrokerOptions & { readonly runtime?: RuntimeOptions } = {}): void {
  describe.skipIf(missing !== undefined)(`${title}${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
    const place = new Place();
    beforeAll(async () => {
      [place.broker, place.rt] = await Promise.all([Broker.start(options), start({ threads: 2, ...options.runtime })]);
    });
    afterAll(async () => {
      await place.rt.stop();
      await place.broker[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      place.name = `test${programs++}`;
    });
    afterEach(() => place.closeNodes());
    body(place);
  });
}

/** The warnings of warren/net while `work` runs. */
export async function warningsOf(work: (texts: readonly string[]) => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const note = (warning: Error & { code?: string }): void => {
    if (warning.code === "WARREN_NET") texts.push(warning.message);
  };
  process.on("warning", note);
  try {
    await work(texts);
    // Node emits a warning in the next turn.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  } finally {
    process.off("warning", note);
  }
  return texts;
}
