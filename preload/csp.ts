import { z } from 'zod';

// SECURITY: the policy forbids code made from strings, which zod would use to be faster. zod decides this when a schema
// is created, so this module must be imported before the contract.
z.config({ jitless: true });
