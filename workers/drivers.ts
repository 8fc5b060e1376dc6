/**
 * Mouse, keyboard, display, disk: the talk's example of a program that is concurrent
 * and not parallel. An operating system has drivers for many devices, and one core is
 * enough for them.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { drive, scheduleOf } from "./drivers.ts";
 *
 * const schedule = scheduleOf(1000, 1);
 * const { handled } = await run(drive, { threads: 1, args: [{ structure: "tasks", schedule, unitMs: 2 }] });
 * ```
 */
export { DEVICES, POLL, scheduleOf, type Device } from "./drivers/devices.ts";
export { drive, type DriveConfig, type Driven, type Handled, type Structure } from "./drivers/drive.ts";
