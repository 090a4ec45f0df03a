import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  type RecordedAgent,
  TranscriptRecording,
} from '../../../support/transcripts/transcript-recording.ts';
import { AGENT_CLIS, type AgentKind, installedVersion, PLANTED_KEY } from './agent-kinds.ts';
import type { AgentWorld } from './agent-world.ts';

const PROGRAMS: Record<string, string> = { 'opencode-ai': 'opencode' };

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** Begins to record the CLI of this test, where it has one and that is asked for. */
export function beginRecording(
  t: ExecutionContext,
  kind: AgentKind,
): TranscriptRecording | undefined {
  if (kind.package === undefined) return undefined;
  const program = PROGRAMS[kind.package] ?? kind.kind;
  return TranscriptRecording.begin(t, {
    kind: kind.kind,
    cli: `${kind.package} ${installedVersion(kind.package)}`,
    program,
    path: join(AGENT_CLIS, '.bin', program),
  });
}

export function recordedAgent({ spawner, agentId, model }: AgentWorld): RecordedAgent {
  const home = join(spawner.folder, agentId);
  return {
    log: spawner.log,
    agentId,
    home,
    values: {
      workspace: spawner.workspace(agentId),
      home,
      agent: agentId,
      agents: spawner.folder,
      tmp: tmpdir(),
      model: model.url,
      key: PLANTED_KEY,
      node: dirname(process.execPath),
      project: ROOT,
    },
  };
}
