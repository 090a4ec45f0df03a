import { gunzipSync } from 'node:zlib';
import { standing } from '../../../core/log/erase-messages.ts';
import type { TestNats } from '../../support/nats.ts';

/** Where in all streams a text stands, packed or not: subjects and places. */
export async function inStreams({ connection }: TestNats, text: string): Promise<string[]> {
  const jsm = await connection.jsm();
  const found: string[] = [];
  for await (const stream of jsm.streams.names()) {
    for await (const { subject, sequence, record } of standing(connection, stream, '>')) {
      const { headers, payload } = record?.() ?? { headers: Buffer.of(), payload: Buffer.of() };
      const plain = payload[0] === 0x1f && payload[1] === 0x8b ? gunzipSync(payload) : payload;
      if ([Buffer.from(subject), headers, plain].some((bytes) => bytes.includes(text))) {
        found.push(`${stream} ${sequence} ${subject}`);
      }
    }
  }
  return found;
}
