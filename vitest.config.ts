import { defineConfig } from "vitest/config";

// Worker threads segfault some native modules inside threads, and process
// tests need real processes: forks. One file at a time: the tests start
// threads themselves, and two cores are soon oversubscribed.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
