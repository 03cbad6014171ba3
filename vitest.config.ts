import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{bench,contract,text,document,main,preload,renderer,scripts}/**/*.test.{ts,tsx}'],
    // Tests that load onnxruntime themselves do not let it record that. Hosts that are tested write no log.
    env: { ORT_DISABLE_TELEMETRY: '1', EMULSION_LOG: 'off' },
    setupFiles: ['scripts/vitest-setup.ts'],
    // Engine and host tests start real processes; two files at a time keep a small machine honest.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default of a second is less than a busy machine may take.
    expect: { poll: { timeout: 30_000 } },
  },
});
