import test, { type ExecutionContext } from 'ava';
import { serveViews } from '../../projections/views/views-service.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { runHere } from '../cli/run-here.ts';
import { quiet, startFollower } from '../core/projection/folded-log.ts';
import { command } from '../support/commands.ts';
import { environment } from '../support/system.ts';
import { agentEvent } from './agent-event.ts';
import { ATTACKS, type AttackName, claimedIds } from './attacks.ts';
import { BROKERS } from './brokers.ts';
import { Scene } from './scene.ts';
import { reportHeld } from './security-report.ts';

/** More than a second after this everything that an agent set to one second has come due. */
const DUE_MS = 2_000;

async function makeScene(t: ExecutionContext): Promise<Scene> {
  const start = BROKERS['embedded server'];
  if (start === undefined) throw new Error('there is no embedded server');
  return Scene.make(t, await start(t));
}

/** Lets it happen; what is others' is afterwards as it was, and others go on. */
async function harmless(t: ExecutionContext, scene: Scene, ...names: AttackName[]): Promise<void> {
  const before = await scene.belongings();
  for (const name of names) {
    ATTACKS[name](scene.attacker, scene.aim);
    await scene.attempt([]);
    await scene.timePassed(DUE_MS);
    t.deepEqual(await scene.belongings(), before, name);
    t.deepEqual(scene.leaked, [], name);
  }
  t.deepEqual(await scene.othersGoOn(), { answered: true, heard: true, stated: true });
}

test.afterEach(({ title }) => reportHeld(title));

test('F1: a look-up that has its answer sent to the API deletes and purges nothing', async (t) => {
  await harmless(t, await makeScene(t), 'F1 orders by reply');
});

test('F1: an acknowledgement is stored on nobody’s subject, and takes no lease', async (t) => {
  await harmless(t, await makeScene(t), 'F1 acknowledgements to others');
});

test('F2: what an agent schedules runs no command in another, lets nobody in, and copies nothing', async (t) => {
  const scene = await makeScene(t);
  await harmless(t, scene, 'F2 schedules for others', 'F2 copies of what others said');
  t.is(await scene.log.last('EVENTS', `agents.${scene.aim.own}.result.stolen`), undefined);
});

test('F2: nothing goes on without the agent', async (t) => {
  const scene = await makeScene(t);
  await harmless(t, scene, 'F2 schedules that outlive it');
  await scene.attacker.close();
  const said = async () => (await scene.log.last('EVENTS', `agents.${scene.aim.own}.>`))?.sequence;
  const before = await said();
  await scene.timePassed(DUE_MS);
  t.is(await said(), before);
});

test('F4: history is not rewritten, neither others’ nor its own, and verify agrees', async (t) => {
  const scene = await makeScene(t);
  const { broker, log } = scene;
  // What makes no sense is a dead letter: so say the services that follow.
  scene.moving.push('dlq.');
  const { follower } = await startFollower(t, log);
  const { nc } = broker.connection;
  const views = await serveViews({ nc, follower, log, logger: quiet, version: '1.2.3' });
  t.teardown(() => views.stop());
  const said = agentEvent(scene.aim.own, 'response.answer', { text: 'said before' });
  t.like(await log.append(said), { ok: true });

  await harmless(t, scene, 'F4 rollup', 'F4 a time to live');

  t.true(await inLog(scene, said));
  const env = { ORCHESTRATOR_NATS_URL: broker.url, ORCHESTRATOR_CREDS: broker.creds };
  const { code, stderr } = await runHere(['verify'], environment('/nowhere', env));
  t.is(code, 0, stderr);
});

test('F5: what services state is stored, whoever claimed its id before', async (t) => {
  const scene = await makeScene(t);
  const [update = '', turn = '', stop = ''] = claimedIds(scene.aim);
  await harmless(t, scene, 'F5 ids of others');
  for (const event of [
    command(scene.aim.other, 'command.send', { text: 'hello', mode: 'join' }, update),
    { ...fact(scene.aim.other, 'turn.started'), id: turn },
    { ...fact(scene.aim.own, 'process.stopping'), id: stop },
  ]) {
    t.like(await scene.log.append(event), { ok: true, duplicate: false }, event.id);
    t.true(await inLog(scene, event), event.id);
  }
});

test('F6: batches that an agent leaves open stop nobody', async (t) => {
  await harmless(t, await makeScene(t), 'F6 open batches');
});

/** What a spawner states; only where it stands and under which id counts here. */
const fact = (agentId: string, type: 'turn.started' | 'process.stopping'): NewEvent =>
  ({
    id: '',
    type,
    subject: `agents.${agentId}.${type}`,
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    data: {},
    // Nobody reads its data.
  }) as unknown as NewEvent;

async function inLog({ log }: Scene, { id, subject }: NewEvent): Promise<boolean> {
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: subject } as const;
  for await (const message of log.read(range)) if (message.header('ce-id') === id) return true;
  return false;
}
