import type { StreamInfo } from '@nats-io/jetstream';
import type { LogConnection } from '../../core/log/connection.ts';

/** Everything that a broker keeps for others than one agent: a line for each stream and subject. */
export type Belongings = Record<string, string>;

/**
 * Every stream (buckets are streams, too) with its configuration, its durable consumers, and of
 * each subject how many messages there are and the last one, with its place. Equal before and after
 * an attack: nothing of it was changed, removed, added or moved. `except` are subjects that may
 * change: the agent's own, and what services do by themselves meanwhile.
 */
export async function belongings(
  connection: LogConnection,
  except: (subject: string) => boolean,
): Promise<Belongings> {
  const jsm = await connection.jsm();
  const names: string[] = [];
  for await (const name of jsm.streams.names()) names.push(name);
  const lines: [string, string][] = [];
  for (const name of names.sort()) lines.push(...(await linesOf(connection, name, except)));
  return Object.fromEntries(lines);
}

/** One by one, a system call for each would cost more than the answer; of thousands the server drops some. */
const AT_ONCE = 32;

async function linesOf(
  connection: LogConnection,
  name: string,
  except: (subject: string) => boolean,
): Promise<[string, string][]> {
  const jsm = await connection.jsm();
  const info = await jsm.streams.info(name, { subjects_filter: '>' });
  const durable: string[] = [];
  for await (const { config } of jsm.consumers.list(name)) {
    if (config.durable_name) durable.push(config.durable_name);
  }
  return [[name, configured(info, durable)], ...(await contents(connection, info, except))];
}

const configured = ({ config, state }: StreamInfo, durable: string[]): string =>
  JSON.stringify({ ...config, durable, deleted: deletedIn(config.name, state) });

/** Of what SAID and EVENTS once had, nothing ever goes, whoever's it was. */
const deletedIn = (name: string, state: StreamInfo['state']): number =>
  name === 'SAID' || name === 'EVENTS' ? (state.num_deleted ?? 0) : 0;

async function contents(
  connection: LogConnection,
  { config, state }: StreamInfo,
  except: (subject: string) => boolean,
): Promise<[string, string][]> {
  const jsm = await connection.jsm();
  const line = async ([subject, count]: [string, number]): Promise<[string, string]> => {
    const last = await jsm.streams.getMessage(config.name, { last_by_subj: subject });
    const { seq, timestamp, header } = last ?? {};
    const message = { count, seq, timestamp, headers: header?.toString(), data: last?.string() };
    return [`${config.name} ${subject}`, JSON.stringify(message)];
  };
  const subjects = Object.entries(state.subjects ?? {}).filter(([subject]) => !except(subject));
  subjects.sort();
  const lines: [string, string][] = [];
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    lines.push(...(await Promise.all(subjects.slice(from, from + AT_ONCE).map(line))));
  }
  return lines;
}
