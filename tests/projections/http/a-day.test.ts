import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { dataPaths } from '../../../platform/service/data-paths.ts';
import { killAll, processesNamed, serviceProcesses } from '../../support/process-tree.ts';
import { startSystem } from '../../support/system.ts';
import { ApiClient } from './support/api-client.ts';
import { eventsOf, type HeardEvent } from './support/event-source.ts';

/** As the streams of the API tell `EventSource`. */
const AGAIN_MS = 200;

const WAIT = { prefer: 'wait=60' };

/** Follows the log of an agent as EventSource does: it comes again where it was cut off. */
async function followThroughOutages(
  api: ApiClient,
  agent: string,
  isLast: (event: HeardEvent) => boolean,
): Promise<HeardEvent[]> {
  const heard: HeardEvent[] = [];
  for (;;) {
    const last = heard.at(-1);
    try {
      const response = await api.fetch('listEvents', {
        query: { agent, follow: 'true' },
        headers: last === undefined ? {} : { 'last-event-id': last.id },
      });
      for await (const event of eventsOf(response)) {
        if (event.event !== 'message') break;
        heard.push(event);
        if (isLast(event)) return heard;
      }
    } catch {
      // Cut off; it begins again behind what it has.
      await delay(AGAIN_MS);
    }
  }
}

/** Asks again, under the same key, until it is answered. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      // Nobody is there, or what is there has no server yet.
      await delay(AGAIN_MS);
    }
  }
}

test('a day by HTTP alone: kill -9 of the projections and of nats-server costs no event and repeats none', async (t) => {
  const system = await startSystem(t);
  const api = await ApiClient.of(system);
  const { body: created } = await api.ask('createAgent', {
    body: { kind: 'demo', name: 'worker', owner: { channel: 'test', userId: 'ada' } },
    headers: WAIT,
  });
  const params = { agent: created.agentId };
  const say = (text: string) =>
    untilAnswered(() =>
      api.ask('sendMessage', {
        params,
        body: { text },
        headers: { ...WAIT, 'idempotency-key': `day-${text}` },
      }),
    );
  const isEnd = ({ data }: HeardEvent) => (data as { type?: string }).type === 'process.deleted';
  const following = followThroughOutages(api, created.agentId, isEnd);

  t.is((await say('morning')).body.said[0]?.text, '[1] You said: morning');
  const projections = serviceProcesses(system.pid).filter(
    ({ service }) => service === 'projections',
  );
  killAll(projections.map(({ pid }) => pid));
  t.is((await say('noon')).body.said[0]?.text, '[2] You said: noon');
  await system.disconnect();
  killAll(processesNamed('nats-server', dataPaths(system.dataDir).nats));
  t.is((await say('evening')).body.said[0]?.text, '[3] You said: evening');

  const bytes = Buffer.from('the report');
  const stored = await api.ask('storeFile', { params, query: { name: 'report.txt' }, body: bytes });
  const file = await api.fetch('getFile', { params: { file: stored.body.fileId } });
  t.is(await file.text(), 'the report');
  t.deepEqual((await api.ask('listJobs')).body.jobs, []);
  t.like(await api.problem('cancelJob', { params: { job: 'job_none' } }), {
    code: 'ORC_JOB_NOT_FOUND',
  });
  t.is((await api.ask('deleteAgent', { params, headers: WAIT })).body.outcome, 'deleted');

  const heard = await following;
  const { events } = (await api.ask('listEvents', { query: { agent: created.agentId } })).body;
  const upToEnd = events.filter(({ sequence }) => sequence <= Number(heard.at(-1)?.id));
  t.deepEqual(
    heard.map(({ data }) => data),
    upToEnd,
  );
  const sent = events.filter(({ type }) => type === 'command.send');
  t.is(sent.length, 3);
});
