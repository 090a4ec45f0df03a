// AVA loads this before each test file (`require` in ava.config.mjs). Its one switch `serial` is
// for two things: files one after the other, and the tests of a file too. Here files run side by
// side, and the tests of one file in turn, so that a file takes the same share of the machine at
// any time. `import test from 'ava'` is `test.serial` from here on.
import { registerHooks } from 'node:module';

const SERIAL = import.meta.resolve('./serial-ava.ts');

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'ava' && context.parentURL !== SERIAL
      ? { url: SERIAL, shortCircuit: true }
      : next(specifier, context),
});
