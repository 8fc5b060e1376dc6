/** Why an object that is not plain cannot be sent, and what to send in its place. */
import { types } from "../host.ts";

const STREAM = "a stream works on its own thread only: send what it reads, through a channel";
const ENTRIES = "it is an instance of a class: send its entries, [...entries]";
const TEXT = "it is an instance of a class: send its text, String(url)";
const SIGNAL = "it works on its own thread only: send a context, which has a signal on every thread";

/** By the name that an object gives itself. Not by class: for some of these globals Node would load its HTTP client. */
const HINTS: Readonly<Record<string, string>> = {
  AbortSignal: SIGNAL,
  AbortController: SIGNAL,
  URL: TEXT,
  URLSearchParams: TEXT,
  MessagePort: "it belongs to one thread: send a channel",
  Blob: "its bytes are read asynchronously: send await blob.arrayBuffer()",
  File: "its bytes are read asynchronously: send await file.arrayBuffer()",
  Headers: ENTRIES,
  FormData: ENTRIES,
  ReadableStream: STREAM,
  WritableStream: STREAM,
  TransformStream: STREAM,
};

/** @param otherwise what would become of an instance of any other class */
export function whyNotSent(value: object, otherwise = "which would arrive without its methods"): string {
  if (types.isPromise(value)) return "its value is not known yet";
  if (types.isSharedArrayBuffer(value)) return "its memory is not warren's: use an array of shared.float64(…), shared.int32(…) or shared.bytes(…)";
  return hintFor(value) ?? `it is an instance of a class, ${otherwise}`;
}

function hintFor(value: object): string | undefined {
  try {
    const hint = HINTS[Object.prototype.toString.call(value).slice("[object ".length, -1)] ?? HINTS[value.constructor.name];
    return hint ?? (typeof (value as { pipe?: unknown }).pipe === "function" ? STREAM : undefined);
  } catch {
    // A getter of the object throws: then there is nothing to say of it.
    return undefined;
  }
}
