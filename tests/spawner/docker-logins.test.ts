import test, { type ExecutionContext } from 'ava';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { command, sendMessage } from '../support/commands.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { logLines } from '../support/history.ts';
import { accessTokenOf, claudeLoginFor, LoginFolder, obedientAgents } from '../support/logins.ts';
import { temporaryFolder } from '../support/nats.ts';
import { startSpawner } from '../support/spawner.ts';
import { dockerRuntime } from './runtime/docker-under-test.ts';

const engine = await dockerEngine();

const OWNER = { channel: 'telegram', userId: '1001' };
const FILE = '.claude/.credentials.json';
const KEPT = `telegram/1001/claude/${FILE}`;

/** A spawner whose agents live in containers and do what they are told. */
async function scene(t: ExecutionContext, on: DockerEngine) {
  const logins = new LoginFolder(await temporaryFolder(t));
  const { runtime } = await dockerRuntime(t, on, { network: 'host' });
  const spawner = await startSpawner(t, { ...(await obedientAgents(logins.folder)), runtime });
  return {
    logins,
    spawner,
    agent: async () => {
      const agent = newAgentId();
      const create = { kind: 'claude', owner: OWNER, ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
      await spawner.log.append(command(agent, 'command.create', create));
      await spawner.event(agent, 'process.ready');
      return agent;
    },
    order: async (agent: string, text: string) => {
      const id = newId('cmd');
      await sendMessage(spawner.log, agent, id, text);
      await spawner.event(agent, 'turn.ended', (event) => event.correlationId === id);
    },
  };
}

function loginsOfContainers(on: DockerEngine): void {
  test('C4: a login that its CLI renews in a container is written back, in a turn and at the end', async (t) => {
    const { logins, spawner, agent, order } = await scene(t, on);
    await logins.put(KEPT, claudeLoginFor(1));
    const [first, sibling] = [await agent(), await agent()];
    await order(first, `printf %s '${claudeLoginFor(7, 'renewed')}' >${FILE}`);
    t.is(accessTokenOf(await logins.read(KEPT)), 'access-renewed');
    await order(sibling, `grep -q access-renewed ${FILE} && stat -c %a:%u ${FILE}`);
    t.deepEqual(
      await logLines(spawner.log, sibling),
      ['600:1000'],
      'that of one beside it as well',
    );

    const late = `printf %s '${claudeLoginFor(8, 'late')}' >late; trap 'mv late ${FILE}' EXIT`;
    await order(first, late);
    await spawner.log.append(command(first, 'command.delete', {}));
    await spawner.event(first, 'process.deleted');

    t.is(accessTokenOf(await logins.read(KEPT)), 'access-late');
  });

  test('C4: what an agent in a container puts in the place of its login is not taken', async (t) => {
    const { logins, agent, order } = await scene(t, on);
    const login = claudeLoginFor(1);
    await logins.put(KEPT, login);
    const hostile = await agent();
    const own = claudeLoginFor(8, 'own');
    const tries: [string, string][] = [
      ['another account', `printf %s '${claudeLoginFor(8, 'eve', 'account-of-eve')}' >${FILE}`],
      ['garbage', `echo garbage >${FILE}`],
      ['a huge one', `printf '%s%*s' '${own}' 1000000 '' >${FILE}`],
      ['a link', `printf %s '${own}' >own; ln -sf ~/own ${FILE}`],
      ['a pipe', `rm ${FILE}; mkfifo ${FILE}`],
      ['a folder', `rm ${FILE}; mkdir ${FILE}; cp own ${FILE}/.credentials.json`],
      [
        'a folder that is a link',
        `rm -r .claude; mkdir x; cp own x/.credentials.json; ln -s x .claude`,
      ],
    ];
    for (const [what, does] of tries) {
      await order(hostile, does);
      t.is(await logins.read(KEPT), login, what);
    }
    await order(hostile, `rm .claude; mv x .claude`);
    t.is(accessTokenOf(await logins.read(KEPT)), 'access-own', 'a true one is taken still');
  });
}

if (engine) loginsOfContainers(engine);
else test('logins of agents in containers', (t) => t.pass('skipped: no Docker engine'));
