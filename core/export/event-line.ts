import { z } from 'zod';
import { EVENT_ATTRIBUTES } from '../log/event-attributes.ts';
import type { StoredRecord } from '../log/last.ts';
import { segmentRecord } from '../log/segment-text.ts';

/** What CloudEvents calls the attributes that stand in headers. */
const BY_HEADER = new Map<string, string>(
  EVENT_ATTRIBUTES.map((header) => [header, header.replace(/^ce-/, '')]),
);
const BY_ATTRIBUTE = new Map([...BY_HEADER].map(([header, attribute]) => [attribute, header]));

/**
 * A line of an export: an event in the JSON of CloudEvents 1.0. Its attributes stand in the order of its headers;
 * `natsheaders` has those that come behind them, as they are written.
 */
const eventLine = z.looseObject({
  subject: z.string(),
  /** Of its place in the log: a text, as the extension of CloudEvents has it. */
  sequence: z.string().regex(/^[1-9]\d*$/),
  /** When the broker stored it, RFC 3339. */
  storedtime: z.string(),
  natsheaders: z.string().optional(),
  data: z.json().optional(),
  data_base64: z.string().optional(),
});

/** Of a message that is no such event, or is written otherwise than events are: as a file of the archive has it. */
const rawLine = z.object({ record: z.unknown() });

const BEGIN = 'NATS/1.0\r\n';
const END = '\r\n';
const HEADER = /^([^:\r\n]+): ?([^\r\n]*)$/;

/** One line, without its end; {@link recordOfLine} makes the very same message of it. Pure. */
export function lineOfRecord(record: StoredRecord): string {
  const attributes = attributesOf(record.headers.toString());
  const event = attributes && {
    ...attributes,
    subject: record.subject,
    sequence: String(record.sequence),
    storedtime: record.time,
    ...dataOf(record.payload),
  };
  const line = event && JSON.stringify(event);
  if (line !== undefined && isEqual(recordOfLine(line), record)) return line;
  return JSON.stringify({ record: segmentRecord.write(record) });
}

/** The message that a line is of. Throws where it is none. Pure. */
export function recordOfLine(line: string): StoredRecord {
  const parsed: unknown = JSON.parse(line);
  const raw = rawLine.safeParse(parsed);
  if (raw.success && raw.data.record !== undefined) return segmentRecord.read(raw.data.record);
  const event = eventLine.parse(parsed);
  const { subject, sequence, storedtime: time, natsheaders = '' } = event;
  const lines = Object.entries(event).flatMap(([name, value]) => {
    const header = BY_ATTRIBUTE.get(name);
    return header === undefined ? [] : [`${header}: ${String(value)}${END}`];
  });
  const { data, data_base64: base64 } = event;
  const payload =
    base64 === undefined
      ? Buffer.from(data === undefined ? '' : JSON.stringify(data))
      : Buffer.from(base64, 'base64');
  const headers = Buffer.from(`${BEGIN}${lines.join('')}${natsheaders}${END}`);
  return { sequence: Number(sequence), subject, time, headers, payload };
}

/** Undefined where they cannot be written so that the same headers come of it. */
function attributesOf(block: string): Record<string, string> | undefined {
  if (!block.startsWith(BEGIN)) return undefined;
  const attributes: Record<string, string> = {};
  const lines = block.slice(BEGIN.length).split(END);
  let at = 0;
  for (; at < lines.length; at += 1) {
    const [, header = '', value = ''] = HEADER.exec(lines[at] ?? '') ?? [];
    const attribute = BY_HEADER.get(header);
    if (attribute === undefined) break;
    attributes[attribute] = value;
  }
  const others = lines.slice(at).filter((line) => line !== '');
  return {
    ...attributes,
    ...(others.length > 0 && { natsheaders: others.map((line) => `${line}${END}`).join('') }),
  };
}

function dataOf(payload: Buffer): { data?: unknown; data_base64?: string } {
  if (payload.length === 0) return {};
  try {
    const text = payload.toString();
    const data: unknown = JSON.parse(text);
    if (JSON.stringify(data) === text) return { data };
  } catch {
    // No JSON: a message of somebody who knows no better.
  }
  return { data_base64: payload.toString('base64') };
}

const isEqual = (a: StoredRecord, b: StoredRecord): boolean =>
  a.sequence === b.sequence &&
  a.subject === b.subject &&
  a.time === b.time &&
  a.headers.equals(b.headers) &&
  a.payload.equals(b.payload);
