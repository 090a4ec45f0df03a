import { join } from 'node:path';
import test from 'ava';
import type { WhatIfComparison } from '../../core/operator/compare-what-if.ts';
import { ensureAgentNetwork } from '../../platform/docker/agent-network.ts';
import { dockerEngine as engineClient } from '../../platform/docker/docker-engine.ts';
import { CLAUDE } from '../agents/conformance/support/agent-kinds.ts';
import { PATIENCE_MS } from '../agents/conformance/support/patience.ts';
import { ownAgentNetwork } from '../support/docker/agent-network.ts';
import type { DockerEngine } from '../support/docker/docker-cli.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { workerImageWithAgents } from '../support/docker/project-images.ts';
import { ownFolder, repositoryWith } from '../support/git.ts';
import { history } from '../support/history.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { following } from '../support/model-server/scripts.ts';
import { ANN, startBotSystem } from '../support/telegram/bot-system.ts';
import { MendingChat } from './mending-chat.ts';

const engine = await dockerEngine();

const PLANS = {
  was: [
    'orchestrator project list --json; echo was > was.txt',
    'orchestrator answer "<was> $(cat was.txt)"',
  ],
  might: [
    'orchestrator project list --json > might.txt; orchestrator project create --name other',
    'orchestrator answer "<might> $(ls | xargs) $(grep -c shop might.txt) $(ls /sys/class/net)"',
  ],
};

function whatIfOfClaude(on: DockerEngine): void {
  test('Claude in a container runs a turn of a chat otherwise: its model is reached, the chat hears nothing', async (t) => {
    t.timeout(3 * PATIENCE_MS);
    const name = ownAgentNetwork(t, on);
    const { gateway = '' } = await ensureAgentNetwork(engineClient(on.host), {
      name,
      internet: false,
    });
    const folder = ownFolder(t);
    const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
    const model = await ModelServer.start(t, gateway);
    model.script = following(PLANS);
    const bot = await startBotSystem(t, {
      ORCHESTRATOR_PROJECT_ROOTS: folder,
      ...CLAUDE.environment(model.url, folder),
      ORCHESTRATOR_RUNTIME: 'docker',
      ORCHESTRATOR_DOCKER_HOST: on.host,
      ORCHESTRATOR_WORKER_IMAGE: await workerImageWithAgents(on),
      ORCHESTRATOR_AGENT_NETWORK: name,
      ORCHESTRATOR_AGENT_INTERNET: 'off',
    });
    const chat = new MendingChat(t, bot);
    const owner = ['--owner', `telegram/${ANN}`];
    await chat.operator('project', 'create', '--name', 'shop', '--repo', shop, ...owner);
    const { agentId } = await chat.begins(CLAUDE.kind);
    await chat.says('MSG[was] Look.', /<was> was/);
    const log = await bot.system.log();
    const asked = model.requests.length;
    const told = bot.telegram.api.texts(ANN);

    const args = ['what-if', agentId, '--say', 'MSG[might] Look.', '--diff', '--json'];
    const shown: WhatIfComparison & { diffs: { recorded: string; tried: string } } = JSON.parse(
      await chat.operator(...args),
    );

    t.true(model.requests.length > asked, 'by its gate');
    t.like(shown, { isolated: true, isOver: true, tried: { kind: 'claude', outcome: 'answered' } });
    t.deepEqual(
      shown.tried.calls.map(({ name: what, result }) => `${what}: ${result}`),
      ['project list: recorded', 'project create: refused'],
    );
    t.is(shown.tried.said.at(-1)?.text, '<might> a.txt might.txt 1 lo');
    t.regex(shown.diffs.recorded, /\+was/);
    t.regex(shown.diffs.tried, /might\.txt/);
    t.deepEqual(bot.telegram.api.texts(ANN), told, 'the chat heard nothing');
    const events = await history(log);
    const others = events.filter(
      ({ correlationId = '', subject }) =>
        correlationId.includes(shown.agentId) && !subject.startsWith(`agents.${shown.agentId}.`),
    );
    t.deepEqual(
      others.map(({ type }) => type),
      [],
    );
  });
}

if (engine) whatIfOfClaude(engine);
else test('what-if in a container', (t) => t.pass('there is no Docker'));
