import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import {
  LocalRuntime,
  type LocalRuntimeOptions,
} from '../../../spawner/runtime/local/local-runtime.ts';
import type { ProcessSpec } from '../../../spawner/runtime/runtime.ts';
import { processesWith } from '../../support/process-tree.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import type { RuntimeUnderTest } from './conformance.ts';

const HOLDER = join(import.meta.dirname, 'fixtures/local-holder.ts');

export interface LocalUnderTest extends RuntimeUnderTest {
  folder: string;
  run(spec: ProcessSpec, file: string): string;
}

/** Every test also proves that nothing of its runs is left once their agents have ended. */
export async function localRuntime(
  t: Pick<ExecutionContext, 'teardown'>,
  own: Partial<LocalRuntimeOptions> = {},
): Promise<LocalUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-runtime-'));
  const logger = pino({ level: 'silent' });
  const another = () =>
    new LocalRuntime({ folder, searchPath: '', logger, expiryGraceMs: 1000, ...own });
  t.teardown(async () => {
    await endAll(another());
    const clean = await within10s(() => processesWith(folder).length === 0);
    await removeFolder(folder);
    if (!clean) throw new Error(`processes of ${folder} were left behind`);
  });
  return {
    runtime: another(),
    another,
    folder,
    read: (id, file) => readFile(join(folder, id, 'workspace', file)),
    run: ({ agentId, runId }, file) => join(folder, agentId, 'runs', runId, file),
    holder: [HOLDER, folder],
  };
}

async function endAll(runtime: LocalRuntime): Promise<void> {
  for (const { agentId, runId } of await runtime.list()) {
    const process = await runtime.attach(agentId, runId);
    await process?.signal('SIGKILL');
    await process?.exited;
    await process?.detach();
  }
}

export async function within10s(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return true;
    await delay(20);
  }
  return false;
}

/** The pids that the keeper noted. */
export async function pidsOf(
  under: LocalUnderTest,
  spec: ProcessSpec,
): Promise<Record<string, number>> {
  const lines = (await readFile(under.run(spec, 'pids'), 'utf8')).trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', pid] = line.split(' ');
      return [name, Number(pid)];
    }),
  );
}
