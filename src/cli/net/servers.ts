/** The options that lead to the servers: declared once, and resolved to options of `join`. */
import type { Command } from "commander";
import { WarrenError } from "../../errors.ts";
import type { Credentials, JoinOptions } from "../../net/index.ts";
import { FileError, UsageError, type Raw } from "../options/values.ts";
import { note } from "../terminal/streams.ts";
import { answers, findServer, HOW_TO_INSTALL, startServer, USUAL_PORT } from "../../lab/machine/nats-server.ts";

/** The options as commander gives them. */
export type RawServers = Raw<"servers" | "creds" | "tlsCa" | "tlsCert" | "tlsKey", "insecure">;

/** The options of a job that nodes do, as commander gives them. */
export type RawManyNodes = RawServers & Raw<"nodes" | "name" | "runs" | "pile" | "manifest" | "input" | "format" | "output", "compare" | "quiet" | "color"> & { readonly operands?: readonly string[] };

/** What this process is called on the servers. */
export type OwnNames = Pick<JoinOptions, "name" | "node" | "build" | "beatMs">;

const USER = "WARREN_NATS_USER";
const PASSWORD = "WARREN_NATS_PASSWORD";

/** Adds the options that lead to the servers. */
export function withServers(command: Command): Command {
  return command
    .option("--servers <urls>", "NATS servers, such as nats://host:4222 or tls://a:4222,tls://b:4222 (default: the one on this machine)")
    .option("--creds <file>", `credentials file of NATS; a user with a password: only by the environment, ${USER} and ${PASSWORD}`)
    .option("--tls-ca <file>", "certificate of the authority that signed that of the server")
    .option("--tls-cert <file>", "own certificate, for servers that want one")
    .option("--tls-key <file>", "its key")
    .option("--insecure", "allow a connection without TLS to another machine");
}

/** Adds to a command of the talk that nodes can do it. */
export function withNodes(command: Command): Command {
  const before = new Set(command.options);
  withServers(command)
    .option("--nodes <n>", "start so many nodes here, with one thread each, and compare with one process (starts a nats-server if none answers)")
    .option("--name <name>", "name under which the nodes are found (default: talk)")
    .option("--compare", "with --servers: compare with one process, too");
  for (const option of command.options) {
    if (before.has(option)) continue;
    if (option.long === "--servers") option.description = "let nodes do it: warren node --talk, with the same servers. Each reads the files itself, at the same path (--creds, --tls-ca, …: see warren node --help)";
    else if (option.long !== "--nodes" && option.long !== "--compare") option.hideHelp();
  }
  return command;
}

/** Whether nodes are asked for. @throws UsageError for options that need them */
export function asksForNodes<Options extends object>(options: Options): options is Options & RawManyNodes {
  const raw = options as RawManyNodes;
  if (raw.servers !== undefined || raw.nodes !== undefined) return true;
  const others = { "--creds": raw.creds, "--tls-ca": raw.tlsCa, "--tls-cert": raw.tlsCert, "--tls-key": raw.tlsKey, "--insecure": raw.insecure, "--name": raw.name, "--compare": raw.compare };
  for (const [option, value] of Object.entries(others)) if (value !== undefined) throw new UsageError(`${option} needs --servers or --nodes`);
  return false;
}

/** Options of `join`. @throws UsageError */
export async function joinOptions({ servers, creds, tlsCa, tlsCert, tlsKey, insecure }: RawServers, own: OwnNames, environment: NodeJS.ProcessEnv = process.env): Promise<JoinOptions> {
  const user = environment[USER];
  const pass = environment[PASSWORD];
  if ((user === undefined) !== (pass === undefined)) throw new UsageError(`${USER} and ${PASSWORD} must be set together`);
  if (user !== undefined && creds !== undefined) throw new UsageError(`use --creds or ${USER}, not both`);
  const auth: Credentials | undefined = creds !== undefined ? { credsFile: creds } : user !== undefined && pass !== undefined ? { user, pass } : undefined;
  const tls = tlsCa === undefined && tlsCert === undefined && tlsKey === undefined ? undefined : { ca: tlsCa, cert: tlsCert, key: tlsKey };
  const options: JoinOptions = { ...own, servers: servers?.split(",").map((url) => url.trim()), auth, tls, insecure };
  const { resolveJoin } = await import("../../net/link/options.ts");
  try {
    resolveJoin(options);
    return options;
  } catch (error) {
    if (error instanceof WarrenError && (error.code === "ERR_INVALID_ARGUMENT" || error.code === "ERR_NET_INSECURE")) throw new UsageError(inOptions(error.message));
    throw error;
  }
}

/** A message of warren/net in the words of the command line. */
export function inOptions(message: string): string {
  return message
    .replaceAll("the file of the option", "the file of")
    .replaceAll(/(?:the option )?\b(?:auth\.credsFile)(?: of join)?/g, "--creds")
    .replaceAll(/(?:the option )?\btls\.(ca|cert|key)(?: of join)?/g, "--tls-$1")
    .replace("the option tls of join needs cert and key together", "--tls-cert and --tls-key must be given together")
    .replace("give them as the option auth of join", `set ${USER} and ${PASSWORD} in the environment`)
    .replace("insecure: true", "--insecure")
    .replace("the option auth of join", `--creds, or ${USER} and ${PASSWORD} in the environment`)
    .replace("the option tls of join", "--tls-ca, --tls-cert and --tls-key")
    .replaceAll(/the option (\w+) of join/g, "--$1");
}

/** A server, and what ends it if this command has started it. */
export interface Reached extends AsyncDisposable {
  readonly servers: string | readonly string[];
  /** This command has started it. */
  readonly isOwn: boolean;
}

const USUAL = `nats://127.0.0.1:${USUAL_PORT}`;
const NOTHING: Omit<Reached, "servers"> = { isOwn: false, [Symbol.asyncDispose]: async () => undefined };

/** The servers of the options, or one that answers on this machine. `undefined`: there is none. */
async function existing({ servers }: Pick<JoinOptions, "servers">): Promise<Reached | undefined> {
  if (servers !== undefined) return { servers, ...NOTHING };
  return (await answers(USUAL_PORT)) ? { servers: USUAL, ...NOTHING } : undefined;
}

/** Servers that are there. @throws FileError */
export async function reachServers(options: JoinOptions): Promise<Reached> {
  const found = await existing(options);
  if (found !== undefined) return found;
  throw new FileError(`no NATS server answers on 127.0.0.1:${USUAL_PORT}, so there is nothing to look at: name the servers of your program with --servers`);
}

/** Servers that are there, or one that is started for this command. `port`: where others on this machine look for it. @throws FileError */
export async function reachOrStart(options: JoinOptions, port?: number): Promise<Reached> {
  const found = await existing(options);
  if (found !== undefined) return found;
  const program = findServer();
  if (program === undefined) throw new FileError(`no NATS server answers on 127.0.0.1:${USUAL_PORT}, and there is no nats-server on this machine: ${HOW_TO_INSTALL}, or name another with --servers`);
  const { url, stop } = await startServer(program, port).catch((error: unknown) => {
    throw new FileError((error as Error).message);
  });
  note(`started ${program} on ${url.replace("nats://", "")} with a temporary store; it ends with this command`);
  return { servers: url, isOwn: true, [Symbol.asyncDispose]: stop };
}
