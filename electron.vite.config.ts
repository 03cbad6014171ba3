import { mkdirSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

const at = (path: string) => resolve(import.meta.dirname, path);

/** Writes down which packages a build has taken into its own files: the licences of packages name them. */
function listPackages(build: string): Plugin {
  return {
    name: 'list-packages',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((each) => (each.type === 'chunk' ? each.moduleIds : []));
      const folders = modules.flatMap(
        (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id.replaceAll('\\', '/'))?.[0] ?? [],
      );
      const names = folders.map((folder) => relative(import.meta.dirname, folder));
      mkdirSync(at('out/bundled'), { recursive: true });
      writeFileSync(at(`out/bundled/${build}.json`), JSON.stringify([...new Set(names)].sort(), null, 2));
    },
  };
}

/**
 * Three builds. `main` holds every program that runs in Node: the Electron host, the browser host, the
 * command line and the engine, so that they share their chunks. `renderer` is the page both hosts show.
 */
export default defineConfig({
  main: {
    plugins: [listPackages('main')],
    build: {
      outDir: 'out/main',
      sourcemap: true,
      rollupOptions: {
        input: {
          electron: at('main/hosts/electron/index.ts'),
          browser: at('main/hosts/browser/index.ts'),
          cli: at('main/hosts/cli/index.ts'),
          engine: at('main/engine/start.ts'),
          measuring: at('main/engine/measuring.ts'),
          edits: at('main/edits/thread.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    plugins: [listPackages('preload')],
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
    plugins: [react(), tailwind(), listPackages('renderer')],
  },
});
