// AVA loads this before each test file (`require` in ava.config.mjs): what the Node processes that
// tests start get from it by their environment.
import { join } from 'node:path';

// Only some files' children are measured (tests/support/measured-children.ts).
process.env.COVERAGE_OF_CHILDREN = process.env.NODE_V8_COVERAGE ?? '';
delete process.env.NODE_V8_COVERAGE;

// Half of what it takes to start `orchestrator` from source is to strip its types and compile it.
process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, '..', '..', '.cache', 'compiled');
