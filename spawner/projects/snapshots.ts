import type { ExecOutcome } from '../runtime/runtime.ts';
import type { Distance, Repository } from './repository.ts';

/** A file above this is in no snapshot. */
export const LARGEST_FILE = 20 * 1024 * 1024;

/** What one turn may add, packed: it passes through the spawner's memory. */
export const LARGEST_PACK = 128 * 1024 * 1024;

/** Beside the pack: the line of ids, and the names of what was left out. */
const HEADER_BYTES = 256 * 1024;

export const SNAPSHOT_OUTPUT = LARGEST_PACK + HEADER_BYTES;

/** A snapshot as the script printed it. */
export interface TakenSnapshot {
  commit: string;
  head?: string;
  left: string[];
  pack: Buffer;
}

const OBJECT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** What the script's output says; a reason where it says none. An agent can have changed it. Pure. */
export function parseSnapshot(outcome: ExecOutcome): TakenSnapshot | { failed: string } {
  if (outcome.ended === 'timeout') return { failed: 'it took too long' };
  if (outcome.ended === 'failed') return { failed: outcome.reason };
  const output = Buffer.from(outcome.stdout);
  if (outcome.exit.code === 3) {
    const bytes = output.toString('utf8', 0, 40).trim();
    return { failed: `what has changed takes ${bytes} bytes; ${LARGEST_PACK} are taken at most` };
  }
  if (outcome.exit.code !== 0) return { failed: saidLast(outcome) };
  const end = output.indexOf('\n\n');
  const [ids = '', ...left] = output.toString('utf8', 0, Math.max(0, end)).split('\n');
  const [commit = '', tree = '', head = '', bytes = ''] = ids.split(' ');
  const pack = output.subarray(end + 2);
  const isWhole = OBJECT.test(commit) && OBJECT.test(tree) && pack.length === Number(bytes);
  if (end < 0 || !isWhole) return { failed: 'its output is none that the snapshot makes' };
  return { commit, ...(OBJECT.test(head) && { head }), left: left.slice(0, 20), pack };
}

/** It went well, and there was nothing to print. */
export const hasPrintedNothing = (outcome: ExecOutcome): boolean =>
  outcome.ended === 'exit' && outcome.exit.code === 0 && outcome.stdout.length === 0;

export function saidLast(outcome: ExecOutcome): string {
  const lines = Buffer.from(outcome.stderr).toString('utf8').trim().split('\n');
  return (lines.at(-1) ?? '').slice(0, 300) || 'git failed, and said nothing';
}

/** Where a project's repository keeps what an agent has done. */
export const snapshotRef = (agentId: string, turnId: string): string =>
  `refs/orchestrator/turns/${agentId}/${turnId}`;
/** What was taken in of its branch before its turn had ended. */
const takenRef = (agentId: string): string => `refs/orchestrator/taken/${agentId}`;
/** Where its clone began. */
export const baseRef = (agentId: string): string => `refs/orchestrator/bases/${agentId}`;

export interface KeepOrder {
  agentId: string;
  turnId: string;
  /** The agent's own branch. */
  branch: string | undefined;
  /** Where that branch was before; undefined where it was not there. */
  headBefore: string | undefined;
  taken: TakenSnapshot;
  /** The commit or tree that it is compared with. */
  before: string;
  signal: AbortSignal;
}

/**
 * Takes a snapshot into the project's repository: each of its objects is checked, and none is missing.
 * Repeated, it is the same.
 *
 * @throws GitFailed where something of it is broken, or is what git does not allow
 */
export async function keepSnapshot(repository: Repository, order: KeepOrder): Promise<Distance> {
  const { agentId, turnId, taken, before, signal } = order;
  await repository.unpack(taken.pack, signal);
  await repository.requireWhole(taken.commit, signal);
  await repository.set(snapshotRef(agentId, turnId), taken.commit);
  await moveBranch(repository, order);
  return repository.distance(before, taken.commit, signal);
}

/**
 * Takes what an agent has committed so far into the project's repository, as a snapshot would at the end of its turn.
 *
 * @throws GitFailed where something of it is broken, or is what git does not allow
 */
export async function keepCommits(
  repository: Repository,
  order: Omit<KeepOrder, 'turnId' | 'before'>,
): Promise<void> {
  const { agentId, taken, signal } = order;
  await repository.unpack(taken.pack, signal);
  await repository.requireWhole(taken.commit, signal);
  await moveBranch(repository, order);
  await repository.set(takenRef(agentId), taken.commit);
}

/** An agent may rewrite its own branch; where somebody else has moved it meanwhile, that stays. */
async function moveBranch(
  repository: Repository,
  { agentId, branch, headBefore, taken: { head } }: Omit<KeepOrder, 'turnId' | 'before'>,
): Promise<void> {
  if (branch === undefined || head === undefined) return;
  const ref = `refs/heads/${branch}`;
  const now = await repository.commitOf(ref);
  const isOwn =
    now === undefined ||
    now === headBefore ||
    now === (await repository.commitOf(takenRef(agentId))) ||
    (await repository.isAncestor(now, head));
  if (now !== head && isOwn) await repository.move(ref, head, now, 'turn');
}
