/**
 * What one event may hold at most. No more than these bounds an agent's word: its data comes from a
 * program that may be anything. Without zod, so that an agent's commands refuse it before it is sent.
 */

/** Bytes of the largest message that a nats-server of this system takes, where nothing else is asked for. */
export const MAX_PAYLOAD = 8 * 1024 * 1024;

/** Characters of an event's id, its source, and the ids of what it came from. */
export const MAX_ATTRIBUTE = 256;

/** Objects and arrays within each other: what walks through data recursively never runs out of stack. */
export const MAX_DEPTH = 64;

/** Characters (UTF-16) of what an agent says: as much as the broker takes in one message. */
export const MAX_TEXT = 8 * 1024 * 1024;

/** Choices that a question offers, and the characters of each. */
export const MAX_OPTIONS = 10;
export const MAX_OPTION = 1_000;

/** Characters of what an agent said last in a turn: enough to show. */
export const MAX_LAST_MESSAGE = 20_000;

/** Characters of why an agent cannot work, or why its turn came to nothing. */
export const MAX_PROBLEM = 4_000;

/** Bytes of a file that goes with a message: what a bot may send (Bot API, "Sending files"). */
export const MAX_FILE_BYTES = 50 * 1024 * 1024;

/** Pieces of such a file: half a megabyte each, or smaller where the broker takes less. */
export const MAX_FILE_PIECES = 4_096;

/** Entries of one page of a view. */
export const MAX_PAGE = 500;

/** Message ids of a turn, and characters of how an agent ended, that one entry of a view shows. */
export const MAX_SHOWN_MESSAGES = 100;
export const MAX_SHOWN_END = 2_000;

/** Projects of one page of a list: 300 KB at most, well below what any broker takes in one message. */
export const MAX_PROJECTS = 500;

/**
 * What is younger stays in EVENTS, milliseconds: twice as long as SAID and TIMERS keep what EVENTS takes
 * from them. The server finds in EVENTS how far it has taken it, and nothing promises that it does not take it all again
 * (docs/decisions/0121-the-archive-of-the-log.md).
 */
export const YOUNGEST_ARCHIVED_MS = 48 * 3_600_000;

/** Characters of one line of a job's progress. */
export const MAX_JOB_PROGRESS = 1_000;

/** Bytes (JSON) of a job's input, and of the result that its state keeps. */
export const MAX_JOB_VALUE = 32 * 1024;

/** So many of the last snapshots of an agent are kept in mind: so far back one can go. */
export const MAX_SNAPSHOTS = 50;

/** So many users of earlier runs of an agent: more runs than anybody begins before their credentials expire. */
export const MAX_REVOKED = 100;
