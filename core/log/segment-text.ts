import { z } from 'zod';
import type { StoredRecord } from './last.ts';

/**
 * A line of a file of the archive: a message as EVENTS had it, byte for byte. Bytes that are no UTF-8
 * are in Base64, in the field of that name.
 */
const line = z.object({
  sequence: z.int().positive(),
  time: z.string(),
  subject: z.string(),
  headers: z.string().optional(),
  headersBase64: z.string().optional(),
  data: z.string().optional(),
  dataBase64: z.string().optional(),
});

/** One line of JSON a message. */
export const segmentText = (records: readonly StoredRecord[]): string =>
  records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join('');

function lineOf({ sequence, time, subject, headers, payload }: StoredRecord): z.infer<typeof line> {
  const [head, data] = [exactText(headers), exactText(payload)];
  return {
    sequence,
    time,
    subject,
    ...(head === undefined ? { headersBase64: headers.toString('base64') } : { headers: head }),
    ...(data === undefined ? { dataBase64: payload.toString('base64') } : { data }),
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function exactText(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** One message, as a line of such a file has it. `read` throws where it is none. */
export const segmentRecord = {
  write: lineOf,
  read: (value: unknown): StoredRecord => recordOf(line.parse(value)),
};

/** The messages of such a text. Throws where it is none. */
export const segmentRecords = (text: string): StoredRecord[] =>
  text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => recordOf(line.parse(JSON.parse(each))));

const recordOf = (of: z.infer<typeof line>): StoredRecord => ({
  sequence: of.sequence,
  time: of.time,
  subject: of.subject,
  headers: bytesOf(of.headers, of.headersBase64),
  payload: bytesOf(of.data, of.dataBase64),
});

const bytesOf = (text = '', base64?: string): Buffer =>
  base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64');
