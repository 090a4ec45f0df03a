/** C0, DEL, C1, line separators, and what turns the direction of writing. */
const UNSHOWN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** May it stand in a line for people as it is? For names and ids: a text may hold anything. */
export const isShowable = (text: string): boolean => !UNSHOWN.test(text);

/** Any text as one that may: U+FFFD for what may not. */
export const showable = (text: string): string =>
  text.toWellFormed().replaceAll(new RegExp(UNSHOWN, 'gu'), '\ufffd');
