/**
 * What a terminal acts on instead of showing it: control characters (C0, DEL, C1), line and
 * paragraph separators, and the characters that turn the direction of text around (Unicode's
 * Bidi_Control: marks, embeddings, overrides, isolates).
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The same but for line feed and tab, which are part of a text. */
const UNSEEN_IN_TEXT = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A text as a terminal can show it: what would steer the terminal stands there as `\u001b`, the
 * notation of JSON, so that JSON stays JSON and the same. Line feeds and tabs stay. A text that
 * says `\u001b` in letters is shown as it is: code can be copied from a chat.
 */
export const visibleText = (text: string): string => text.replace(UNSEEN_IN_TEXT, escaped);

/** The same for what stands on one line, such as a cell of a table or an error: no line feed stays. */
export const visibleLine = (text: string): string => text.replace(UNSEEN, escaped);

/** May it be a name: does every character of it show? */
export const isVisible = (text: string): boolean => text.search(UNSEEN) === -1;

/** What is wrong with a name of which that is not so. */
export const NOT_VISIBLE = 'no control characters, and none that change the direction of text';

/** A name that somebody else has chosen (a chat's title), as one that may be a name here. */
export const asVisible = (text: string): string => text.replace(UNSEEN, '');

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
