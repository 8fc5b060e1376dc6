/**
 * One crowd of tasks in a process of its own:
 *
 *     node --expose-gc crowd-process.ts '{"count":100000,"active":10000,"threads":2}'
 *
 * prints what came of it as one line of JSON. A small crowd goes before it, so
 * that the code is loaded and compiled on every thread.
 */
import { crowd, heapMb, type CrowdConfig } from "../../../workers/tasks.ts";
import { start } from "../../index.ts";

const WARM_UP_COUNT = 1000;

const config = JSON.parse(process.argv[2] ?? "") as Required<CrowdConfig>;
await using runtime = await start({ threads: config.threads, cores: config.threads, maxOldGenerationSizeMb: heapMb(config.count) });
await runtime.spawn(crowd, { ...config, count: WARM_UP_COUNT });
console.log(JSON.stringify(await runtime.spawn(crowd, config)));
