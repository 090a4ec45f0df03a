import ava from 'ava';

/** `test.serial` with what only `test` has. */
export default Object.assign(ava.serial, {
  serial: ava.serial,
  macro: ava.macro,
  meta: ava.meta,
});
