/** A run as a recording: what a page without a server shows. */
import type { Message, Recording, Welcome } from "../protocol.ts";

/** The recording of a session's messages; `null`: there is neither a run nor a prediction in them. */
export function recordingOf(welcome: Welcome, messages: readonly Message[]): Recording | null {
  if (!messages.some(({ kind }) => kind === "run" || kind === "foreseen")) return null;
  return { schema: "warren-watch/1", welcome, recordedAt: new Date().toISOString(), messages };
}
