/** A real nats-server on loopback with a store of its own, which can be killed, suspended and started again. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const PROGRAM = "nats-server";
/** Ends what hangs. */
const READY_MS = 30_000;

/** The version of the server that is installed, if one is. */
export function serverVersion(): string | undefined {
  try {
    return /v?(\d+\.\d+\.\d+)/.exec(execFileSync(PROGRAM, ["--version"], { encoding: "utf8" }))?.[1];
  } catch {
    return undefined;
  }
}

/** Why no server can be started here, if so. */
export function missingServer(): string | undefined {
  return serverVersion() === undefined ? `${PROGRAM} is not installed: apt-get install ${PROGRAM}` : undefined;
}

/** Since 2.10 a server can be told to acknowledge only what is on the disk. An older one has written it to the file then, which a kill does not undo. */
function canSync(): boolean {
  const [major = 0, minor = 0] = (serverVersion() ?? "").split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}

export interface BrokerOptions {
  /** More lines of its configuration. */
  readonly config?: string;
  /** `false`: without JetStream. */
  readonly jetstream?: boolean;
  /** Acknowledges only what is on the disk. */
  readonly syncs?: boolean;
}

export class Broker implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "warren-broker-"));
  readonly #options: BrokerOptions;
  #port = -1;
  #child: ChildProcess | undefined;
  #log = "";
  readonly #killAtExit = (): void => {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  };

  private constructor(options: BrokerOptions) {
    this.#options = options;
    process.on("exit", this.#killAtExit);
  }

  static async start(options: BrokerOptions = {}): Promise<Broker> {
    const broker = new Broker(options);
    try {
      await broker.begin();
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
    return broker;
  }

  /** How it writes to the disk. */
  get sync(): string {
    return canSync() ? "sync_interval: always" : `${PROGRAM} ${serverVersion()}, which has no sync_interval`;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `nats://${this.host}`;
  }

  /** Starts it, at its port if it had one. */
  async begin(): Promise<void> {
    const { config = "", syncs = false, jetstream = true } = this.#options;
    const file = join(this.#folder, "server.conf");
    const store = join(this.#folder, "store");
    writeFileSync(file, `listen: "127.0.0.1:${this.#port}"\nports_file_dir: ${JSON.stringify(this.#folder)}\n${jetstream ? `jetstream { store_dir: ${JSON.stringify(store)}${syncs && canSync() ? ", sync_interval: always" : ""} }` : ""}\n${config}\n`);
    const child = spawn(PROGRAM, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    this.#log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    const endMs = performance.now() + READY_MS;
    while (!this.#log.includes("Server is ready")) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > endMs) throw new Error(`${PROGRAM} did not start:\n${this.#log}`);
      await wait(2);
    }
    if (this.#port === -1) this.#port = await this.#portOf(child);
  }

  /** The file is written when the port is open. */
  async #portOf({ pid }: ChildProcess): Promise<number> {
    for (const endMs = performance.now() + READY_MS; ; await wait(2)) {
      try {
        const { nats = [], tls = [] } = JSON.parse(readFileSync(join(this.#folder, `${PROGRAM}_${pid}.ports`), "utf8")) as { nats?: string[]; tls?: string[] };
        return Number(/\d+$/.exec([...nats, ...tls][0] as string)?.[0]);
      } catch (error) {
        if (performance.now() > endMs) throw error;
      }
    }
  }

  /** Ends it as a loss of power would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
  }

  suspend(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    process.off("exit", this.#killAtExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
