/** Why a task is parked: the closed list that dumps, deadlock reports and traces show. */
export const WAIT_REASONS = ["send", "receive", "select", "sleep", "join", "yield"] as const;

export type WaitReason = (typeof WAIT_REASONS)[number];
