/** Reads the values that a server delivers. Nothing of a message is believed: what is wrong with it is refused. */
import type { Msg } from "@nats-io/transport-node";
import { WarrenError, printValue } from "../../errors.ts";
import { KIND, type Shape, decodeMessage, kindOf } from "../link/message.ts";
import { checkId, isTraceparent } from "../link/options.ts";
import { type DeadLetter, Held } from "./delivery.ts";
import type { QueueParts } from "./parts.ts";

/** The fields of a value: fingerprint of its type, id, traceparent, the value, and for a dead letter where it comes from. */
const VALUE_SHAPE: Shape = ["text", "text", "text?", "any", "any"];

/** What the subject of an answer says of a value: its number in the queue, and how often the server has delivered it. */
export interface Place {
  readonly sequence: number;
  readonly deliveries: number;
}

/** Reads the subject of the answer: `$JS.ACK.[domain.account.]stream.consumer.deliveries.sequence.…`. */
export function placeOf(reply: string): Place | undefined {
  const tokens = reply.split(".");
  // Else somebody other than the server wants to know what is acknowledged.
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  // With a domain there are two more, and one at the end.
  const at = tokens.length >= 11 ? 6 : 4;
  const deliveries = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  return Number.isInteger(deliveries) && Number.isInteger(sequence) ? { sequence, deliveries } : undefined;
}

function letterOf(dead: unknown): DeadLetter | undefined {
  const { queue, why, attempts } = (dead ?? {}) as Record<string, unknown>;
  return typeof queue === "string" && typeof why === "string" && typeof attempts === "number" ? { queue, why, attempts } : undefined;
}

/** Reads a message. One that cannot be read is refused: it will never be another. One for which there is no memory is missing. */
export function readValue<T>({ name, space, type, link, warn }: QueueParts<T>, message: Msg, { sequence }: Place, untilMs: number): Held | undefined {
  const reply = message.reply as string;
  let id = "";
  try {
    // The sender has sent it before, and does not know whether it came.
    const isAgain = kindOf(message.data) === KIND.again;
    const [fingerprint, itsId, traceparent, value, dead] = decodeMessage(space, isAgain ? KIND.again : KIND.value, message.data, VALUE_SHAPE) as [string, string, string | undefined, unknown, unknown];
    if (fingerprint !== type.fingerprint) throw new WarrenError("ERR_NET_MESSAGE", `its type has the fingerprint ${printValue(fingerprint)}, and the queue carries ${type.name} (${type.fingerprint})`);
    checkId(itsId);
    id = itsId;
    type.check(value);
    const held = new Held(sequence, reply, untilMs, { value, id, traceparent: isTraceparent(traceparent) ? traceparent : undefined, dead: letterOf(dead) });
    held.mayBeRepeated = isAgain;
    return held;
  } catch (error) {
    if (error instanceof WarrenError && error.code === "ERR_ARENA_FULL") {
      warn(`queue ${name}: there was no memory for value ${sequence}, which comes again: ${error.message}`);
      const held = new Held(sequence, reply, untilMs, { value: undefined, id, traceparent: undefined, dead: undefined });
      held.isMissing = true;
      return held;
    }
    link.nc.publish(reply, "+TERM");
    warn(`queue ${name}: value ${sequence} was refused and is not delivered again: ${(error as Error).message}`);
    return undefined;
  }
}
