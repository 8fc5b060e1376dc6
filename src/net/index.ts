/**
 * warren/net: queues and tasks over several machines, on NATS.
 *
 * The entry `warren/net` of the package: re-exports, nothing else.
 */
export type { Feed, FeedOptions, FeedReceiver } from "./feed/feed.ts";
export { type CloseOptions, type Net, join } from "./join.ts";
export type { Credentials, JoinOptions, TlsFiles } from "./link/options.ts";
export type { Deliveries } from "./queue/parts.ts";
export type { DeadLetter, Delivery } from "./queue/delivery.ts";
export type { QueueOptions } from "./queue/options.ts";
export type { DeliveriesOptions, Queue, QueueState, SendOptions } from "./queue/queue.ts";
export type { RemoteOptions, RemoteSpawn } from "./tasks/remote-spawn.ts";
export type { NodeReport, ServedTask } from "./tasks/nodes.ts";
export type { ServeOptions, Serving } from "./tasks/serve.ts";
export { traceparent } from "./tasks/traceparent.ts";
