/** Why a task waits: the complete list that dumps, deadlock reports and traces show. */
export const WAIT_REASONS = ["send", "receive", "select", "sleep", "join", "yield", "lock", "acquire", "wait", "once", "barrier", "load"] as const;

/** Why a task waits: `"send"`, `"receive"`, `"select"`, `"sleep"`, `"join"` (for the result of a task), `"yield"`, `"lock"`, `"acquire"` of a semaphore, `"wait"` for a wait group or counter, `"once"`, `"barrier"`, or `"load"` of a shared map. */
export type WaitReason = (typeof WAIT_REASONS)[number];

/** The place of a reason in the list. */
export const REASON_PLACE = Object.fromEntries(WAIT_REASONS.map((reason, place) => [reason, place])) as Record<WaitReason, number>;
