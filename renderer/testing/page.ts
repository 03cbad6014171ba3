import '../../preload/csp';
import { createFakeBridge, type FakeBridge } from './fakeBridge';

declare global {
  interface Window {
    /** The fake bridge, for scripts that drive the page. */
    fake: FakeBridge;
  }
}

/** The window with a fake main side, to try things out by hand or by script. Not part of the product. */
window.fake = createFakeBridge();
window.emulsion = window.fake;
await import('../main');
