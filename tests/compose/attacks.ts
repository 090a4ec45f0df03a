import { join } from 'node:path';
import { build } from 'esbuild';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { type Belongings, belongings } from '../security/belongings.ts';
import type { ComposeClone } from './clone.ts';

const SCRIPT = join(import.meta.dirname, '..', 'security', 'fixtures', 'attack-inside.ts');

/** Runs the known attacks in the container of one agent, aimed at another, with what the one has there. */
export async function attackFrom(
  system: ComposeClone,
  agentId: string,
  other: string,
): Promise<string> {
  const options = { bundle: true, write: false, minify: true } as const;
  const { outputFiles } = await build({
    ...options,
    entryPoints: [SCRIPT],
    platform: 'node',
    format: 'esm',
  });
  const code = outputFiles[0]?.text ?? '';
  const where = ['exec', '--user', '1000', '--env', `ATTACKED=${other}`, agentId];
  return system.docker(...where, 'node', '--input-type=module', '--eval', code);
}

/** Connects as an operator, through the port that is open on this machine. */
export async function operatorOf(system: ComposeClone): Promise<LogConnection> {
  const cat = ['exec', '-T', 'projections', 'cat', '/run/orchestrator/operator.creds'];
  const { stdout } = await system.run(cat);
  const [jwt = '', seed = ''] = [...stdout.matchAll(/BEGIN[^\n]*\n\s*(\S+)\s*\n/g)].map(
    (part) => part[1],
  );
  const url = `nats://${await system.address('nats', 4222)}`;
  return connectLog({ url, credentials: { jwt, seed }, name: 'compose', timeoutMs: 5_000 });
}

/** What there is of others while services run: a lease is renewed, and nonsense is a dead letter. */
export function othersBelongings(
  connection: LogConnection,
  agents: readonly string[],
): Promise<Belongings> {
  const moving = ['$KV.nodes.', 'dlq.events.', ...agents];
  return belongings(connection, (subject) => moving.some((part) => subject.includes(part)));
}

/** The projections seal the log every ten seconds: a further seal is no change of what there was. */
export const beforeNewSeals = (after: Belongings, before: Belongings): Belongings =>
  Object.fromEntries(
    Object.entries(after).filter(
      ([what]) => what in before || !/^SEALS seals\.\S+\.(?:stated|salts)\.\d+$/.test(what),
    ),
  );

/** Who holds which lease, however often it was renewed. */
export async function leases(connection: LogConnection): Promise<unknown[]> {
  const jsm = await connection.jsm();
  const { state } = await jsm.streams.info('KV_nodes', { subjects_filter: '>' });
  const subjects = Object.keys(state.subjects ?? {}).sort();
  const entries = await Promise.all(
    subjects.map((subject) => jsm.streams.getMessage('KV_nodes', { last_by_subj: subject })),
  );
  return entries.map((entry) => {
    const { node, holder } = entry?.json<{ node?: string; holder?: string }>() ?? {};
    return { node, holder };
  });
}
