import '../../preload/csp';
import { createFakeBridge, type FakeBridge } from './fakeBridge';

declare global {
  interface Window {
    /** For whoever drives the page: the window's own bridge, with its strings to pull. */
    fake: FakeBridge;
  }
}

/** The window for trying things out by hand or by script, without a main side. Not part of the product. */
window.fake = createFakeBridge();
window.emulsion = window.fake;
await import('../main');
