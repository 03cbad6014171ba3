import { z } from 'zod';

// SECURITY: zod compiles its schemas with `new Function` where it may. The page's policy forbids that; without this,
// every schema would try, and the browser would report each attempt. Must run before the contract is loaded.
z.config({ jitless: true });
