import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import { derivedId } from '../../schemas/ids.ts';
import { forkDigest } from '../conversation/fork-digest.ts';
import { forkPoint } from '../conversation/fork-point.ts';
import { createAs } from '../operator/create-agent.ts';
import type { ForkOptions } from '../operator/fork-agent.ts';
import type { ExportedLife } from './lives-in-export.ts';

export type ImportAnewOptions = Pick<
  ForkOptions,
  'log' | 'views' | 'owner' | 'timeoutMs' | 'complete'
>;

/** What became of an agent of an export. */
export interface ImportedAnew {
  /** What it was there. */
  exported: string;
  name: string;
  kind: string;
  /** What it is here; absent where it is not. */
  agentId?: string;
  /** How many messages, answers and questions the digest is of that it knows. */
  messages?: number;
  why?: string;
}

/**
 * Makes, in a system that has agents of its own, a new agent for each of an export: as a fork at the end of its last turn, by a
 * digest of what was said, in an empty folder. Where it is from stands in its `command.create`. Its id is derived from the export, so a repeat
 * makes no second one. What cannot be taken is said of the agent, and keeps no other one back.
 *
 * @param hash of the state of the export
 */
export async function importAnew(
  lives: readonly ExportedLife[],
  hash: string,
  options: ImportAnewOptions,
): Promise<ImportedAnew[]> {
  const all: ImportedAnew[] = [];
  for (const life of lives) {
    const { agentId: exported, name = '', kind } = life.agent;
    try {
      all.push({ exported, name, kind, ...(await forkOf(life, hash, options)) });
    } catch (error) {
      const { code, message } = asOrchestratorError(error);
      if (!OF_ONE_AGENT.has(code)) throw error;
      all.push({ exported, name, kind, why: message });
    }
  }
  return all;
}

/** What says something of this agent, and nothing of the system. */
const OF_ONE_AGENT: ReadonlySet<string> = new Set([
  'ORC_NOT_FORKABLE',
  'ORC_UNKNOWN_KIND',
  'ORC_USAGE',
]);

async function forkOf(
  { agent, events }: ExportedLife,
  hash: string,
  { complete, ...options }: ImportAnewOptions,
): Promise<Pick<ImportedAnew, 'agentId' | 'messages'>> {
  const { agentId: exported, name, kind, commandLine, model, effort, allowedTools } = agent;
  const { turnId, sequence, endedAt, story } = forkPoint(events);
  const files = 'Your folder is empty: it has none of the files that were made then.';
  const order = { agentId: exported, name, turnId, endedAt, files };
  const { text, messages } = forkDigest(story, order);
  const forkedFrom = { agentId: exported, turnId, sequence, export: hash };
  const agentId = derivedId('agent-', 'import', `${hash} ${exported}`);
  const create = async (own: string | undefined) => {
    const wish = complete({ kind, name: own, commandLine, model, effort });
    await createAs(agentId, { ...wish, forkedFrom, allowedTools, first: text }, options);
  };
  try {
    await create(name);
  } catch (error) {
    // Somebody here has that name, or it is there already.
    if (!(error instanceof OrchestratorError) || error.code !== 'ORC_NAME_TAKEN') throw error;
    await create(undefined);
  }
  return { agentId, messages };
}
