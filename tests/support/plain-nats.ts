import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { temporaryFolder, testServerPath } from './nats.ts';
import { ownPort } from './own-port.ts';

/** A nats-server as somebody starts it who knows nothing of us: without users, with JetStream. */
export async function startPlainNats(
  t: Pick<ExecutionContext, 'teardown'>,
): Promise<{ url: string; connection: LogConnection }> {
  const port = ownPort(t);
  const url = `nats://127.0.0.1:${port}`;
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', await temporaryFolder(t)];
  const server = spawn(await testServerPath(), args, { stdio: 'ignore' });
  t.teardown(async () => {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  });
  const signal = AbortSignal.timeout(60_000);
  const first = { waitOnFirstConnect: true, signal } as const;
  const connection = await connectLog({ url, name: 'test', timeoutMs: 5_000, ...first });
  t.teardown(() => connection.close());
  return { url, connection };
}
