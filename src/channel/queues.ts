/** The two queues of a channel's waiters: see wait/wait-queue.ts. */
import { header } from "../memory/layout.ts";

export const RECEIVERS = header.receiversFirst;
export const SENDERS = header.sendersFirst;
export type Queue = typeof RECEIVERS | typeof SENDERS;
