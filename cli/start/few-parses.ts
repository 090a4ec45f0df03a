import { z } from 'zod';

/**
 * Imported for its effect, before whatever has schemas. zod makes a program of each schema of an object when it is first used,
 * a millisecond each, which pays where thousands of events are read. A start reads a few of each, and so does the
 * chat (docs/decisions/0149-what-a-start-costs.md). What is accepted, and what is said, is the same.
 */
z.config({ jitless: true });
