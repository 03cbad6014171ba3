import { defineConfig } from 'vitest/config';

/** Folders without files, processes and settings of a process: their tests share the modules that they load. */
const PURE = '{contract,text,document,renderer,main/restoration}/**/*.test.{ts,tsx}';

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: [PURE], isolate: false } },
      {
        extends: true,
        test: { name: 'files', include: ['{bench,main,preload,scripts}/**/*.test.{ts,tsx}'], exclude: [PURE] },
      },
    ],
    // Tests that load onnxruntime themselves do not let it record that. Hosts that are tested write no log.
    env: { ORT_DISABLE_TELEMETRY: '1', EMULSION_LOG: 'off' },
    setupFiles: ['scripts/vitest-setup.ts'],
    // Engine and host tests start real processes and wait for them: with three files at a time, two cores are busy.
    maxWorkers: 3,
    // For a machine that has other things to do: what takes longer has stopped.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The default of a second is less than a busy machine may take.
    expect: { poll: { timeout: 30_000 } },
  },
});
