// AVA loads this before each test file (`require` in ava.config.mjs). Its one switch `serial` is
// for two things: files one after the other, and the tests of a file too. Here files run side by
// side, and the tests of one file in turn, so that a file takes the same share of the machine at
// any time. `import test from 'ava'` is `test.serial` from here on, with limits (limits.ts).
import { registerHooks } from 'node:module';

const SERIAL = import.meta.resolve('./serial-ava.ts');
const WITH_AVA_ITSELF = new Set([SERIAL, import.meta.resolve('./limits.ts')]);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'ava' && !WITH_AVA_ITSELF.has(context.parentURL ?? '')
      ? { url: SERIAL, shortCircuit: true }
      : next(specifier, context),
});
