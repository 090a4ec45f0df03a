import * as fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };
const LAST_CODE_POINT = 0x10ffff;

/**
 * Any one code point that is no half of a surrogate pair, as fast-check's unit `binary`. That one keeps a map of all
 * 1,112,064 of them, which takes each test file that uses it a second of CPU; here each is calculated.
 */
export const anyCharacter = fc
  .integer({ min: 0, max: LAST_CODE_POINT - SURROGATES.count })
  .map(toCharacter, fromCharacter);

function toCharacter(index: number): string {
  return String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count);
}

/** What fast-check shrinks by; what is no such character it does not take. */
function fromCharacter(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (code === undefined || toCharacter(indexOf(code)) !== text)
    throw new Error('no one character');
  return indexOf(code);
}

const indexOf = (code: number) => (code < SURROGATES.first ? code : code - SURROGATES.count);
