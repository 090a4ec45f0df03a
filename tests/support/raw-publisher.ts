import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ExecutionContext } from 'ava';
import { jwtAuthenticator } from '../../core/log/jwt-authenticator.ts';
import type { TestNats } from './nats.ts';

/** Publishes headers of any bytes, which no client library would: `NATS/1.0\r\n…`. */
export interface RawPublisher {
  publish(subject: string, headers: string | Uint8Array, payload: string | Uint8Array): void;
  /** Resolves when the server has taken everything. */
  flush(): Promise<void>;
}

/** A connection of its own to the server, with all rights; gone with the test. */
export async function rawPublisher(
  t: Pick<ExecutionContext, 'teardown'>,
  { port, operatorCreds }: Pick<TestNats, 'port' | 'operatorCreds'>,
): Promise<RawPublisher> {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const credentials = await readFile(operatorCreds, 'utf8');
  const [jwt = '', seed = ''] = [...credentials.matchAll(/-{3,}BEGIN[^\n]*\n\s*(\S+)\s*\n/g)].map(
    (part) => part[1],
  );
  const [info] = await once(socket, 'data');
  const { nonce } = JSON.parse(String(info).slice('INFO '.length));
  const identity = jwtAuthenticator({ jwt, seed })(nonce);
  const options = { verbose: false, headers: true, lang: 'raw', version: '1', ...identity };
  socket.write(`CONNECT ${JSON.stringify(options)}\r\n`);
  return {
    publish(subject, headers, payload) {
      const [head, body] = [Buffer.from(headers), Buffer.from(payload)];
      socket.write(`HPUB ${subject} ${head.length} ${head.length + body.length}\r\n`);
      socket.write(Buffer.concat([head, body, Buffer.from('\r\n')]));
    },
    async flush() {
      socket.write('PING\r\n');
      for (let said = ''; !said.includes('PONG'); ) said += String((await once(socket, 'data'))[0]);
    },
  };
}
