import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { AgentFactories } from '../../agents/agent-factories.ts';
import { agentFactories } from '../../agents/agent-factories.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import { runHere } from '../cli/run-here.ts';
import { command } from '../support/commands.ts';
import type { ModelScript } from '../support/model-server/model-request.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { answersEach } from '../support/model-server/scripts.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';
import { ownPort } from '../support/own-port.ts';
import { SpawnerFixture } from '../support/spawner.ts';
import { environment } from '../support/system.ts';
import { AGENT_CLIS, CLAUDE, CODEX } from './conformance/support/agent-kinds.ts';
import { AgentWorld } from './conformance/support/agent-world.ts';
import { PATIENCE_MS } from './conformance/support/patience.ts';

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS;

/** A spawner with its data in one folder, as a system has them. */
async function systemIn(
  t: ExecutionContext,
  { factories, dataDir }: { factories: AgentFactories; dataDir?: string },
): Promise<{ spawner: SpawnerFixture; env: NodeJS.ProcessEnv }> {
  const nats = await startTestNats(t, dataDir === undefined ? {} : { dataDir });
  const folder = join(nats.dataDir, 'agents');
  await mkdir(folder, { recursive: true });
  const spawner = new SpawnerFixture(nats, folder, {
    factories,
    programFolders: [join(AGENT_CLIS, '.bin'), dirname(process.execPath)],
    stopGraceMs: 2_000,
    patienceMs: PATIENCE_MS,
  });
  t.teardown(() => spawner.stop());
  await spawner.start();
  const own = { ORCHESTRATOR_NATS_URL: nats.url, ORCHESTRATOR_CREDS: nats.operatorCreds };
  return { spawner, env: environment(nats.dataDir, own) };
}

/** The agent of a world, in another system. */
class ImportedWorld extends AgentWorld {
  override readonly agentId: string;

  constructor(of: AgentWorld, spawner: SpawnerFixture) {
    super(of.t, of.model, spawner);
    this.agentId = of.agentId;
  }
}

/** Each shell command of the model leaves a mark where it was run. */
const tellingWhere: ModelScript = (request) => {
  const reply = answersEach(request);
  return reply.do === 'shell' ? { ...reply, command: `touch here; ${reply.command}` } : reply;
};

for (const kind of [CLAUDE, CODEX]) {
  const own = existsSync(join(AGENT_CLIS, kind.package ?? '')) ? test : test.skip;
  own(
    `${kind.kind} goes on with its memory in the system that its own was imported into`,
    async (t) => {
      t.timeout(TEST_TIMEOUT_MS);
      const model = await ModelServer.start(t);
      model.script = tellingWhere;
      const logins = mkdtempSync(join(tmpdir(), 'orchestrator-logins-'));
      t.teardown(() => rm(logins, { recursive: true, force: true }));
      const keys = {
        ORCHESTRATOR_CREDENTIALS_DIR: logins,
        ...kind.environment(model.url, logins),
      };
      const factories = await agentFactories(loadSettings(keys), keys);
      const here = await systemIn(t, { factories });
      const world = new AgentWorld(t, model, here.spawner);
      const create = { kind: kind.kind, ttlMs: 3_600_000, turnDeadlineMs: PATIENCE_MS };
      await here.spawner.log.append(command(world.agentId, 'command.create', create));
      await world.say('one');
      await world.ended('one');
      await here.spawner.log.append(command(world.agentId, 'command.stop', { reason: 'asked' }));
      await here.spawner.event(world.agentId, 'process.stopped');

      const file = join(await temporaryFolder(t), 'all.tar.gz');
      const hashOf = async (args: string[], env: NodeJS.ProcessEnv): Promise<string> => {
        const { code, stdout, stderr } = await runHere([...args, '--json'], env);
        t.is(code, 0, stderr);
        return JSON.parse(stdout).stateHash;
      };
      const exported = await hashOf(['export', '-o', file], here.env);
      const dataDir = await temporaryFolder(t);
      const port = { ORCHESTRATOR_NATS_PORT: String(ownPort(t)) };
      t.is(await hashOf(['import', file], environment(dataDir, port)), exported);

      const there = await systemIn(t, { factories, dataDir });
      const imported = new ImportedWorld(world, there.spawner);
      await there.spawner.log.append(command(world.agentId, 'command.resume', {}));
      await imported.say('two');
      await imported.ended('two');
      t.is((await imported.answers()).at(-1), '<two> of one,two');
      const told = JSON.stringify(model.requests.at(-1)?.parts);
      t.false(told.includes('without a memory'), 'by its own session, not by a digest');
      t.true(existsSync(join(there.spawner.workspace(world.agentId), 'here')), 'in its new home');
    },
  );
}
