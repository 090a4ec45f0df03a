import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { LogConnection } from '../../../core/log/connection.ts';
import { publishEvent } from '../../../core/log/publish-event.ts';
import {
  agentInboxPrefix,
  mintAgentCredentials,
} from '../../../platform/nats/agent-credentials.ts';
import { AGENT, answer } from '../../core/log/events.ts';
import { PlainClient } from '../../security/plain-client.ts';
import { startTestNats } from '../../support/nats.ts';

const OTHER = 'agent-ba9876543210';

test('a connection has no more ears than a command needs, so one answer comes few times', async (t) => {
  const nats = await startTestNats(t);
  const grant = { agentId: AGENT, expiresAt: new Date(Date.now() + 60_000) };
  const agent = await PlainClient.connect(
    nats.url,
    await mintAgentCredentials(nats.agentsSeed, grant),
  );
  const inbox = `${agentInboxPrefix(AGENT)}.x`;
  for (let ear = 0; ear < 1_000; ear += 1) agent.subscribe(inbox);
  const subject = `$JS.API.DIRECT.GET.EVENTS.agents.${AGENT}.result.none`;
  agent.publish({ subject, reply: inbox });
  await agent.until(() => agent.heard.length > 0, 10_000);
  await agent.flush();
  t.is(agent.heard.length, 16);
  t.is(agent.refused.length, 984);
  t.deepEqual([...new Set(agent.refused)], ["'maximum subscriptions exceeded'"]);
  await agent.close();
});

/** What the agent may publish besides its answer. */
const ALLOWED = [
  `agents.${AGENT}.response.question`,
  `agents.${AGENT}.response.progress`,
  `agents.${AGENT}.tool.project.create`,
  `agents.${AGENT}.turn.signalled`,
];

const FORBIDDEN = [
  `agents.${OTHER}.response.answer`,
  `agents.${OTHER}.tool.project.create`,
  `agents.${AGENT}.command.stop`,
  `agents.${AGENT}.command.send`,
  `agents.${AGENT}.turn.ended`,
  `agents.${AGENT}.turn.started`,
  `agents.${AGENT}.process.ready`,
  `agents.${AGENT}.process.exited`,
  `agents.${AGENT}.timer.ttl`,
  `agents.${AGENT}.result.call-1`,
  `agents.${AGENT}.log.stdout`,
  `agents.${AGENT}.response.anything`,
  `schedules.${AGENT}.ttl.run`,
  'users.telegram.1.agent-assigned',
  'projects.p.created',
  'dlq.events.1',
  'ids.0123456789abcdef0123456789abcdef',
  'views.agents',
  '$JS.API.INFO',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.INFO.EVENTS',
  '$JS.API.STREAM.DELETE.EVENTS',
  '$JS.API.STREAM.PURGE.EVENTS',
  '$JS.API.STREAM.UPDATE.EVENTS',
  '$JS.API.STREAM.MSG.GET.EVENTS',
  '$JS.API.STREAM.MSG.DELETE.EVENTS',
  '$JS.API.DIRECT.GET.EVENTS',
  `$JS.API.DIRECT.GET.EVENTS.agents.${OTHER}.result.call-1`,
  `$JS.API.DIRECT.GET.EVENTS.agents.${AGENT}.command.send`,
  `$JS.API.CONSUMER.CREATE.EVENTS.spy.agents.${AGENT}.result.x`,
  '$JS.API.CONSUMER.CREATE.EVENTS',
  '$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.spy',
  '$JS.API.CONSUMER.MSG.NEXT.EVENTS.spy',
  '$JS.ACK.EVENTS.spy.1.1.1.1.1',
  '$SYS.REQ.SERVER.PING',
  '_INBOX.somebody',
  `_INBOX_${OTHER}.x`,
];

/** Resolves with the server's refusal of a subscription; fails where a flush comes back first. */
async function refusedSubscription(connection: LogConnection, subject: string): Promise<boolean> {
  const refused = new Promise<boolean>((resolve) => {
    connection.nc.subscribe(subject, { callback: (error) => resolve(error !== null) });
  });
  // The server answers in order: a refusal comes before the pong.
  return Promise.race([refused, connection.nc.flush().then(() => false)]);
}

const refused = async (t: ExecutionContext, connection: LogConnection, subject: string) => {
  const result = await publishEvent(connection.nc, { ...answer('forged'), subject }, 5_000);
  t.like(result, { ok: false, error: 'not-permitted' }, subject);
};

test('an agent’s own answers, tool calls and end of turn are stored and acknowledged', async (t) => {
  const { connectAgent } = await startTestNats(t);
  const agent = await connectAgent(AGENT);
  t.like(await publishEvent(agent.nc, answer('answer-1')), { ok: true });
  for (const subject of ALLOWED) {
    t.like(await publishEvent(agent.nc, { ...answer(subject), subject }), { ok: true }, subject);
  }
});

test('whatever else an agent publishes is refused by the server, and nothing of it is stored', async (t) => {
  const { connectAgent, log } = await startTestNats(t);
  const agent = await connectAgent(AGENT);
  for (const subject of FORBIDDEN) await refused(t, agent, subject);
  t.is(await log.lastSequence('EVENTS'), 0);
  t.is(await log.lastSequence('LOGS'), 0);
});

test('an agent cannot hear others: neither their results nor the log nor inboxes', async (t) => {
  const { connectAgent } = await startTestNats(t);
  const agent = await connectAgent(AGENT);
  const subjects = [
    `agents.${OTHER}.result.*`,
    `agents.${AGENT}.command.*`,
    `agents.${AGENT}.>`,
    'agents.>',
    'agents.*.log.*',
    'users.>',
    '_INBOX.>',
    `_INBOX_${OTHER}.>`,
    '$SYS.>',
    '>',
  ];
  for (const subject of subjects) t.true(await refusedSubscription(agent, subject), subject);
});

test('an agent hears the results of its own calls, and fetches one that it missed', async (t) => {
  const { connectAgent, connection } = await startTestNats(t);
  const agent = await connectAgent(AGENT);
  const subject = `agents.${AGENT}.result.call-1`;
  const heard = new Promise<string>((resolve) => {
    agent.nc.subscribe(`agents.${AGENT}.result.*`, {
      callback: (_, message) => resolve(message.string()),
    });
  });
  await agent.nc.flush();
  await connection.nc.request(subject, '{"ok":true}');
  t.is(await heard, '{"ok":true}');
  const missed = await agent.nc.request(`$JS.API.DIRECT.GET.EVENTS.${subject}`, '');
  t.is(missed.string(), '{"ok":true}');
});

test('an agent that may not respond says nothing to anybody, whatever it runs', async (t) => {
  const nats = await startTestNats(t);
  const file = join(nats.dataDir, 'silent.creds');
  const expiresAt = new Date(Date.now() + 60_000);
  const grant = { agentId: AGENT, expiresAt, allowedTools: ['project'] };
  await writeFile(file, await mintAgentCredentials(nats.agentsSeed, grant));
  const inboxPrefix = agentInboxPrefix(AGENT);
  const agent = await nats.connect({ credentials: { file }, inboxPrefix });

  for (const name of ['answer', 'question', 'progress']) {
    await refused(t, agent, `agents.${AGENT}.response.${name}`);
  }
  await refused(t, agent, `agents.${AGENT}.file.file-1`);
  for (const name of ['tool.project.list', 'turn.signalled', 'turn.ready']) {
    const subject = `agents.${AGENT}.${name}`;
    t.like(await publishEvent(agent.nc, { ...answer(name), subject }), { ok: true }, subject);
  }
  t.is(await nats.log.lastSequence('FILES'), 0);
});
