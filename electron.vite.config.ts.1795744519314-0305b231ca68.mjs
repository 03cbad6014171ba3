import "node:module";
import { resolve } from "node:path";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "electron-vite";
// electron.vite.config.ts
const at = (path) => resolve(import.meta.dirname, path);
/**
* Three builds. `main` holds every program that runs in Node: the Electron host, the browser host, the
* command line and the engine, so that they share their chunks. `renderer` is the page both hosts show.
*/
var electron_vite_config_default = defineConfig({
	main: { build: {
		outDir: "out/main",
		sourcemap: true,
		rollupOptions: {
			input: {
				electron: at("main/hosts/electron/index.ts"),
				browser: at("main/hosts/browser/index.ts"),
				cli: at("main/hosts/cli/index.ts"),
				engine: at("main/engine/worker.ts")
			},
			output: {
				format: "es",
				entryFileNames: "[name].js",
				chunkFileNames: "chunks/[name]-[hash].js"
			}
		}
	} },
	preload: { build: {
		outDir: "out/preload",
		externalizeDeps: false,
		rollupOptions: {
			input: { electron: at("preload/electron.ts") },
			output: {
				format: "cjs",
				entryFileNames: "[name].cjs"
			}
		}
	} },
	renderer: {
		root: at("renderer"),
		build: {
			outDir: at("out/renderer"),
			emptyOutDir: true,
			minify: true,
			rollupOptions: { input: at("renderer/index.html") }
		},
		plugins: [react(), tailwind()]
	}
});
export { electron_vite_config_default as default };

//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoiZWxlY3Ryb24udml0ZS5jb25maWcuanMiLCJuYW1lcyI6W10sInNvdXJjZXMiOlsiL3dvcmsvbWFpbi9lbGVjdHJvbi52aXRlLmNvbmZpZy50cyJdLCJzb3VyY2VzQ29udGVudCI6WyJpbXBvcnQgeyByZXNvbHZlIH0gZnJvbSAnbm9kZTpwYXRoJztcbmltcG9ydCB0YWlsd2luZCBmcm9tICdAdGFpbHdpbmRjc3Mvdml0ZSc7XG5pbXBvcnQgcmVhY3QgZnJvbSAnQHZpdGVqcy9wbHVnaW4tcmVhY3QnO1xuaW1wb3J0IHsgZGVmaW5lQ29uZmlnIH0gZnJvbSAnZWxlY3Ryb24tdml0ZSc7XG5cbmNvbnN0IGF0ID0gKHBhdGg6IHN0cmluZykgPT4gcmVzb2x2ZShpbXBvcnQubWV0YS5kaXJuYW1lLCBwYXRoKTtcblxuLyoqXG4gKiBUaHJlZSBidWlsZHMuIGBtYWluYCBob2xkcyBldmVyeSBwcm9ncmFtIHRoYXQgcnVucyBpbiBOb2RlOiB0aGUgRWxlY3Ryb24gaG9zdCwgdGhlIGJyb3dzZXIgaG9zdCwgdGhlXG4gKiBjb21tYW5kIGxpbmUgYW5kIHRoZSBlbmdpbmUsIHNvIHRoYXQgdGhleSBzaGFyZSB0aGVpciBjaHVua3MuIGByZW5kZXJlcmAgaXMgdGhlIHBhZ2UgYm90aCBob3N0cyBzaG93LlxuICovXG5leHBvcnQgZGVmYXVsdCBkZWZpbmVDb25maWcoe1xuICBtYWluOiB7XG4gICAgYnVpbGQ6IHtcbiAgICAgIG91dERpcjogJ291dC9tYWluJyxcbiAgICAgIHNvdXJjZW1hcDogdHJ1ZSxcbiAgICAgIHJvbGx1cE9wdGlvbnM6IHtcbiAgICAgICAgaW5wdXQ6IHtcbiAgICAgICAgICBlbGVjdHJvbjogYXQoJ21haW4vaG9zdHMvZWxlY3Ryb24vaW5kZXgudHMnKSxcbiAgICAgICAgICBicm93c2VyOiBhdCgnbWFpbi9ob3N0cy9icm93c2VyL2luZGV4LnRzJyksXG4gICAgICAgICAgY2xpOiBhdCgnbWFpbi9ob3N0cy9jbGkvaW5kZXgudHMnKSxcbiAgICAgICAgICBlbmdpbmU6IGF0KCdtYWluL2VuZ2luZS93b3JrZXIudHMnKSxcbiAgICAgICAgfSxcbiAgICAgICAgb3V0cHV0OiB7IGZvcm1hdDogJ2VzJywgZW50cnlGaWxlTmFtZXM6ICdbbmFtZV0uanMnLCBjaHVua0ZpbGVOYW1lczogJ2NodW5rcy9bbmFtZV0tW2hhc2hdLmpzJyB9LFxuICAgICAgfSxcbiAgICB9LFxuICB9LFxuICBwcmVsb2FkOiB7XG4gICAgYnVpbGQ6IHtcbiAgICAgIG91dERpcjogJ291dC9wcmVsb2FkJyxcbiAgICAgIC8vIFNFQ1VSSVRZOiBhIHNhbmRib3hlZCBwcmVsb2FkIGNhbm5vdCByZXF1aXJlIHBhY2thZ2VzLCBzbyBldmVyeXRoaW5nIGl0IG5lZWRzIGlzIGJ1bmRsZWQuXG4gICAgICBleHRlcm5hbGl6ZURlcHM6IGZhbHNlLFxuICAgICAgcm9sbHVwT3B0aW9uczoge1xuICAgICAgICBpbnB1dDogeyBlbGVjdHJvbjogYXQoJ3ByZWxvYWQvZWxlY3Ryb24udHMnKSB9LFxuICAgICAgICBvdXRwdXQ6IHsgZm9ybWF0OiAnY2pzJywgZW50cnlGaWxlTmFtZXM6ICdbbmFtZV0uY2pzJyB9LFxuICAgICAgfSxcbiAgICB9LFxuICB9LFxuICByZW5kZXJlcjoge1xuICAgIHJvb3Q6IGF0KCdyZW5kZXJlcicpLFxuICAgIGJ1aWxkOiB7XG4gICAgICBvdXREaXI6IGF0KCdvdXQvcmVuZGVyZXInKSxcbiAgICAgIGVtcHR5T3V0RGlyOiB0cnVlLFxuICAgICAgbWluaWZ5OiB0cnVlLFxuICAgICAgcm9sbHVwT3B0aW9uczogeyBpbnB1dDogYXQoJ3JlbmRlcmVyL2luZGV4Lmh0bWwnKSB9LFxuICAgIH0sXG4gICAgcGx1Z2luczogW3JlYWN0KCksIHRhaWx3aW5kKCldLFxuICB9LFxufSk7XG4iXSwibWFwcGluZ3MiOiI7Ozs7OztBQUtBLE1BQU0sTUFBTSxTQUFpQixRQUFRLFlBQVksU0FBUyxJQUFJOzs7OztBQU05RCxJQUFBLCtCQUFlLGFBQWE7Q0FDMUIsTUFBTSxFQUNKLE9BQU87RUFDTCxRQUFRO0VBQ1IsV0FBVztFQUNYLGVBQWU7R0FDYixPQUFPO0lBQ0wsVUFBVSxHQUFHLDhCQUE4QjtJQUMzQyxTQUFTLEdBQUcsNkJBQTZCO0lBQ3pDLEtBQUssR0FBRyx5QkFBeUI7SUFDakMsUUFBUSxHQUFHLHVCQUF1QjtHQUNwQztHQUNBLFFBQVE7SUFBRSxRQUFRO0lBQU0sZ0JBQWdCO0lBQWEsZ0JBQWdCO0dBQTBCO0VBQ2pHO0NBQ0YsRUFDRjtDQUNBLFNBQVMsRUFDUCxPQUFPO0VBQ0wsUUFBUTtFQUVSLGlCQUFpQjtFQUNqQixlQUFlO0dBQ2IsT0FBTyxFQUFFLFVBQVUsR0FBRyxxQkFBcUIsRUFBRTtHQUM3QyxRQUFRO0lBQUUsUUFBUTtJQUFPLGdCQUFnQjtHQUFhO0VBQ3hEO0NBQ0YsRUFDRjtDQUNBLFVBQVU7RUFDUixNQUFNLEdBQUcsVUFBVTtFQUNuQixPQUFPO0dBQ0wsUUFBUSxHQUFHLGNBQWM7R0FDekIsYUFBYTtHQUNiLFFBQVE7R0FDUixlQUFlLEVBQUUsT0FBTyxHQUFHLHFCQUFxQixFQUFFO0VBQ3BEO0VBQ0EsU0FBUyxDQUFDLE1BQU0sR0FBRyxTQUFTLENBQUM7Q0FDL0I7QUFDRixDQUFDIn0=