import { run } from './run.ts';

const code = await run(process.argv.slice(2));

// What a broken connection leaves behind must not keep a finished command alive.
process.exit(process.exitCode || code);
