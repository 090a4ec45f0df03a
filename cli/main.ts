import { run } from './run.ts';

// Not awaited at the top: the bundle is CommonJS. `run` never rejects.
void run(process.argv.slice(2)).then((code) => {
  // What a broken connection leaves behind must not keep a finished command alive.
  process.exit(process.exitCode || code);
});
