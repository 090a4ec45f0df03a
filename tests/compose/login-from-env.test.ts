import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { startRelay } from '../../cli/start/agents-relay.ts';
import { hasRealClis } from '../runner/real-clis.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { orchestratorImage, workerImageWithAgents } from '../support/docker/project-images.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { ComposeClone } from './clone.ts';

const MINUTES = 60_000;
const PLANTED_KEY = 'sk-planted-0123456789abcdef';

const engine = hasRealClis(process.env) ? await dockerEngine() : undefined;
const withClaude = engine === undefined ? test.skip : test;

withClaude('a real Claude in a container answers with its key and model of .env', async (t) => {
  t.timeout(15 * MINUTES);
  if (engine === undefined) return;
  const system = await ComposeClone.make(engine, {
    ORCHESTRATOR_IMAGE: await orchestratorImage(engine),
    ORCHESTRATOR_WORKER_IMAGE: await workerImageWithAgents(engine),
  });
  t.teardown(() => system.remove());
  // The network of agents: they reach the model, which listens on loopback, by its gateway.
  const created = await system.run(['create']);
  t.is(created.code, 0, created.stderr);
  const format = '{{(index .IPAM.Config 0).Gateway}}';
  const inspect = ['network', 'inspect', '--format', format, system.network];
  const gateway = (await system.docker(...inspect)).trim();
  const model = await ModelServer.start(t);
  const relay = await startRelay(gateway, 0, Number(new URL(model.url).port));
  t.teardown(() => relay.close());
  const settings = {
    ORCHESTRATOR_AGENT: 'claude',
    ORCHESTRATOR_CLAUDE_MODEL: 'claude-opus-4-6',
    ANTHROPIC_API_KEY: PLANTED_KEY,
    ANTHROPIC_BASE_URL: `http://${gateway}:${relay.port}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(system.folder, '.env'), lines.join(''), { mode: 0o600 });
  const { code, stderr } = await system.run(['up', '--detach']);
  t.is(code, 0, stderr);

  const said = await system.run(['run', '--rm', '-T', 'cli', 'chat'], 'MSG[one] please answer\n');

  t.is(said.code, 0, said.stderr);
  t.regex(said.stdout, /^<one> of one\r?\n$/);
  const [request] = model.requests.filter(({ tools }) => tools.length > 0);
  t.is(request?.key, PLANTED_KEY);
  t.is(request?.model, 'claude-opus-4-6');
});
