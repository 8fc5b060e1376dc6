/** A program's report without threads or time: the same in every run, for golden output. */
import { about, atLeast, atMost, between, check, statistic, type ProgramReport } from "../../../src/lab/talk/report.ts";

const ENV: ProgramReport["env"] = {
  cpu: "Test CPU", cores: 2, usable: 2, quota: null, affinity: "0-1", caches: { l2: 524_288, llc: 33_554_432 }, governor: null,
  platform: "linux 6.1.0 x64", node: "24.21.0", v8: "13.6.233", load: 0.25, pressure: null, during: { pressure: null, throttled: null, steal: null, others: null }, warnings: [],
};

export const REPORT: ProgramReport = {
  schema: "warren-program/1", tool: { name: "warren", version: "0.1.0" }, program: "balance", command: ["balance"],
  threads: 2, unitMs: 5, seed: 1, startedAt: "2026-01-01T00:00:00.000Z", seconds: 6.25, env: ENV,
  config: { requesters: 100, policy: "heap" },
  findings: [
    check("requests answered", { part: "heap", expected: 517_383, measured: 517_383 }),
    check("outcome of the wait", { part: "heap", expected: "ERR_DEADLOCK", measured: "nothing" }),
    statistic("throughput", { part: "heap", expected: about(2, { share: 0.05 }), measured: 1.98, unit: "requests/u", source: "10 workers / 5 u" }),
    statistic("complete within 80 ms", { part: "heap", expected: about(0.512, { by: 0.02 }), measured: 0.52345, source: "(80/99)³" }),
    statistic("variance across workers", { part: "heap", expected: atMost(1), measured: 0.288, source: "docs/talk.md" }),
    statistic("variance across workers", { part: "round-robin", expected: atLeast(20), measured: 19.2, source: "docs/talk.md", condition: { text: "the unit is at least 5 ms, so that the resolution of the timers is small against the times of service", met: false } }),
    statistic("response", { part: "round-robin", expected: atMost(40), measured: 41, unit: "u", source: "docs/talk.md", condition: { text: "the unit is at least 5 ms, so that the resolution of the timers is small against the times of service", met: false } }),
    statistic("tasks left", { part: "round-robin", expected: between(0.05, 1000), measured: Number.NaN, source: "" }),
  ],
  series: [{ title: "time by threads", columns: ["batch", "1", "2"], rows: [["one at a time", 1.5, 12_345.6], ["16", 0.0421, 0]] }],
  plots: [],
  notes: ["Timers have a resolution of 1 ms and are never early, so a sleep is on the mean between half a millisecond and a millisecond longer than asked."],
  conclusion: "The heap keeps the workers even.",
};
