/** `warren watch --record`: one run with its rounds of measurement, as a page that needs no server. */
import { renderPage } from "../../lab/watch/page/page.ts";
import type { Welcome } from "../../lab/watch/protocol.ts";
import { recordingOf } from "../../lab/watch/session/recording.ts";
import { Session } from "../../lab/watch/session/session.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { allOrNothing } from "../terminal/signals.ts";
import { EXIT, note, writeTo } from "../terminal/streams.ts";

/** How to record. */
export interface RecordOptions {
  readonly welcome: Welcome;
  readonly unitMs: number | null;
  readonly quiet: boolean;
}

/** Runs once and writes the page; the exit code. */
export async function recordTo(path: string, { welcome, unitMs, quiet }: RecordOptions): Promise<number> {
  const line = new ProgressLine(process.stderr, quiet);
  const session = new Session({
    welcome, unitMs,
    send: (message) => {
      if (message.kind === "state") line.show(message.state.text);
    },
    say: (text) => {
      line.end();
      note(`warren: ${text}`);
    },
  });
  await allOrNothing(`${path} was not written`, async () => {
    session.command({ do: "start", choice: welcome.choice });
    await session.idle;
  });
  line.end();
  const recording = recordingOf(welcome, session.snapshot());
  if (session.state.failed || recording === null) return EXIT.wrong;
  await writeTo(path, renderPage({ welcome, recording }).html);
  if (!quiet) note(`wrote ${path}: open it in a browser`);
  return EXIT.fine;
}
