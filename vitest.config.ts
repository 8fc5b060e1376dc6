import { defineConfig } from "vitest/config";

// Worker threads segfault some native modules inside threads, and process
// tests need real processes: forks. One file at a time: the tests start
// threads themselves, and two cores are soon oversubscribed.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/seed.ts"],
    pool: "forks",
    // Node strips the types of .ts modules in each thread with WebAssembly. V8 13.6
    // now and then aborts ("jit_page.has_value()") when threads end while that is
    // still being optimised in the background, which tests do by the hundred.
    execArgv: ["--liftoff-only"],
    fileParallelism: false,
    // Far more than any needs: it ends what hangs, also where ten processes share a core.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
