import { z } from 'zod';

// SECURITY: the policy forbids code made from strings, with which zod would speed itself up. It decides when a schema
// is made, so this must be imported before the contract.
z.config({ jitless: true });
