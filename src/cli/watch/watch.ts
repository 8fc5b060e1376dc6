/**
 * `warren watch`: serves the page until a signal comes. The first page that connects starts
 * the first run, so that a person who opens it sees something at once.
 */
import { printProcessors, readMachine } from "../../lab/machine/environment.ts";
import { CHOICES } from "../../lab/watch/choices.ts";
import { renderPage } from "../../lab/watch/page/page.ts";
import type { Message, Welcome } from "../../lab/watch/protocol.ts";
import { recordingOf } from "../../lab/watch/session/recording.ts";
import { Session } from "../../lab/watch/session/session.ts";
import { resolveWatch, type RawWatch, type WatchOptions } from "../options/watch.ts";
import { firstSignal } from "../terminal/signals.ts";
import { EXIT, note, print, requireWritable } from "../terminal/streams.ts";
import { VERSION } from "../terminal/version.ts";
import { withoutStuckTasks } from "../terminal/warnings.ts";
import { openBrowser } from "./browser.ts";
import { recordTo } from "./record.ts";
import { openServer, type PageServer } from "./server.ts";

/** `warren watch [program]`; the exit code. */
export async function watch(raw: RawWatch, operands: readonly string[]): Promise<number> {
  const machine = readMachine();
  const cores = Math.max(1, Math.floor(machine.usable));
  const options = resolveWatch(raw, operands, cores);
  const welcome: Welcome = { ...CHOICES, version: VERSION, cores, machine: `${machine.cpu}, ${printProcessors(machine.usable)}`, choice: options.choice, present: options.present };
  const { record, unitMs } = options;
  if (record !== null) await requireWritable("--record", record);
  return withoutStuckTasks(() => (record === null ? serve(welcome, options) : recordTo(record, { welcome, unitMs, quiet: raw.quiet === true })));
}

async function serve(welcome: Welcome, { choice, unitMs, port, opens }: WatchOptions): Promise<number> {
  const signalled = firstSignal();
  const pages: { server: PageServer | null } = { server: null };
  const session = new Session({ welcome, unitMs, send: (message) => pages.server?.send(message), say: (line) => note(`warren: ${line}`) });
  const { html, policy } = renderPage({ welcome });
  let isFirst = true;
  const snapshot = (): readonly Message[] => {
    if (isFirst) session.command({ do: "start", choice });
    isFirst = false;
    return session.snapshot();
  };
  const server = await openServer({
    port, policy, snapshot,
    page: () => html,
    recording: () => recordingPage(welcome, session),
    limits: welcome,
    onCommand: (command) => {
      const text = session.refusal(command);
      if (text !== null) return { ok: false, text };
      session.command(command);
      return { ok: true };
    },
  });
  pages.server = server;
  await print(`${server.url}\n`);
  note("Open this address in a browser of this machine. Ctrl-C ends it.");
  if (opens) openBrowser(() => server.ticketUrl(), note);
  await signalled;
  await server.close();
  await session.close();
  return EXIT.fine;
}

/** The last run as a page of its own; `null`: nothing has run. */
function recordingPage(welcome: Welcome, session: Session): string | null {
  const recording = recordingOf(welcome, session.snapshot());
  return recording === null ? null : renderPage({ welcome, recording }).html;
}
