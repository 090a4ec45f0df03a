import type { Msg, MsgHdrs } from '@nats-io/transport-node';

/** What a message's headers say. Names are lower-case: most of ours are written so, the broker's own are not. */
export interface ReadHeaders {
  /** The first value; of the name as it is asked for, else of one that differs in case alone. */
  first(name: string): string | undefined;
  /** Every value, whatever the case of its name. */
  all(name: string): string[];
}

/** The names that the client would write: printable ASCII without the colon. */
const NAME = /^[!-9;-~]*$/;
const BREAK = /[\r\n]/;
const UPPER = /[A-Z]/;

/**
 * Reads a block of headers once, by the rules of the client's `MsgHdrs.decode`, which looks through
 * all names for each that is added or asked for. Undefined for a block that the client refuses: the
 * broker stores any bytes as headers.
 */
export function readHeaders(block: string): ReadHeaders | undefined {
  const lower = block.toLowerCase();
  const isPlain = block.length <= PLAIN_LENGTH && lower.length === block.length;
  if (!isPlain || !PLAIN.test(block)) return readLineByLine(block);
  return {
    first: (name) => valueAt(block, block, name) ?? valueAt(block, lower, name),
    all: (name) => readLineByLine(block)?.all(name) ?? [],
  };
}

/** Nothing but headers of names that the client takes: then a name is looked for as it stands there. */
const PLAIN = /^[^\r\n]*\r\n(?:[!-9;-~]*:[^\r\n]*\r\n)*(?:\r\n)?$/;

/** Characters that an expression goes through without a thought of its stack. */
const PLAIN_LENGTH = 8_192;

/** The value behind the first such name in `text`, which is `block` but for the case of its letters. */
function valueAt(block: string, text: string, name: string): string | undefined {
  const at = text.indexOf(`\r\n${name}:`);
  if (at < 0) return undefined;
  const begin = at + name.length + 3;
  return block.slice(begin, block.indexOf('\r\n', begin)).trim();
}

function readLineByLine(block: string): ReadHeaders | undefined {
  const exact = new Map<string, string>();
  const folded = new Map<string, string>();
  const lines = block.split('\r\n');
  for (let at = 1; at < lines.length; at += 1) {
    const header = parseLine(lines[at] ?? '');
    if (header === undefined) continue;
    const { name, value } = header;
    if (!NAME.test(name) || BREAK.test(value)) return undefined;
    if (!exact.has(name)) exact.set(name, value);
    const lower = UPPER.test(name) ? name.toLowerCase() : name;
    if (lower !== name && !folded.has(lower)) folded.set(lower, value);
  }
  return {
    first: (name) => exact.get(name) ?? folded.get(name),
    all: (name) =>
      lines
        .slice(1)
        .map(parseLine)
        .flatMap((header) => (header?.name.toLowerCase() === name ? [header.value] : [])),
  };
}

function parseLine(line: string): { name: string; value: string } | undefined {
  const colon = line.indexOf(':');
  return colon < 0
    ? undefined
    : { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
}

const BEGIN = 'NATS/1.0';

/** The headers of a message of the client; undefined where it has none that can be read. */
export function headersOf(message: Msg): ReadHeaders | undefined {
  // Not fatal: as the client decodes them.
  const block = headerBytes(message).toString();
  if (block.startsWith(BEGIN)) return readHeaders(block);
  try {
    // A client that keeps its bytes another way says them itself, however slowly.
    return message.headers && readHeaders(`${BEGIN}\r\n${linesOf(message.headers)}`);
  } catch {
    return undefined;
  }
}

/** One header of a message of the client, by lower-case name. */
export const headerOf = (message: Msg, name: string): string | undefined =>
  headersOf(message)?.first(name) || undefined;

/** The server's own word in place of a message, such as 404; 0 for a message. */
export function statusOf(message: Msg): { code: number; description: string } {
  try {
    const { code = 0, description = '' } = message.headers ?? {};
    return { code, description };
  } catch {
    // The client decodes headers at the first look, and throws at a name or value that it refuses to write.
    return { code: 0, description: '' };
  }
}

/**
 * The client keeps a message's headers right before its payload, in one buffer, and decodes them
 * whole or not at all.
 */
export function headerBytes(message: Msg): Buffer {
  const { data, subject, reply = '' } = message;
  const others = Buffer.byteLength(subject) + Buffer.byteLength(reply) + data.length;
  const length = Math.min(wireSize(message) - others, data.byteOffset);
  return length <= 0 ? NOTHING : Buffer.from(data.buffer, data.byteOffset - length, length);
}

const NOTHING = Buffer.alloc(0);

/** Bytes of subject, reply subject, headers and payload. */
export const wireSize = (message: Msg): number =>
  // The client's class has it, its type does not say so.
  (message as Msg & { size(): number }).size();

const linesOf = (headers: MsgHdrs): string =>
  [...headers].flatMap(([name, values]) => values.map((each) => `${name}: ${each}\r\n`)).join('');
