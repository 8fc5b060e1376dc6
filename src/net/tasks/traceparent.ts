import { contextKey } from "../../context/key.ts";

/** The key under which a remote task finds its caller's `traceparent` (W3C), in a context that it gets as an argument: `ctx.value(traceparent)`. */
export const traceparent = contextKey<string>("warren.traceparent");
