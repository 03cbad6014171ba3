import { resolve } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string) => resolve(import.meta.dirname, path);

/**
 * Three builds. `main` holds every program that runs in Node: the Electron host, the browser host, the
 * command line and the engine, so that they share their chunks. `renderer` is the page both hosts show.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      rollupOptions: {
        input: {
          electron: at('main/hosts/electron/index.ts'),
          browser: at('main/hosts/browser/index.ts'),
          cli: at('main/hosts/cli/index.ts'),
          engine: at('main/engine/worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // SECURITY: a sandboxed preload cannot require packages, so everything it needs is bundled.
      externalizeDeps: false,
      rollupOptions: {
        input: { electron: at('preload/electron.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    build: {
      outDir: at('out/renderer'),
      emptyOutDir: true,
      minify: true,
      rollupOptions: { input: at('renderer/index.html') },
    },
    plugins: [react(), tailwind()],
  },
});
