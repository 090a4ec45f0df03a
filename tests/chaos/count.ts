import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredEvent } from '../../schemas/event.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import { type DockerEngine, docker } from '../support/docker/docker-cli.ts';
import { ofType } from '../support/history.ts';
import type { Member } from './conversation.ts';

/**
 * What came to the stdin of an agent, as itself noted it: its home outlives its container. One that
 * was killed before its first message came has noted none.
 */
export async function received(engine: DockerEngine, agentId: string): Promise<string[]> {
  const volume = ['volume', 'inspect', '--format', '{{.Mountpoint}}', `${agentId}-home`];
  const home = (await docker(engine, volume)).trim();
  const text = await readFile(join(home, 'workspace', 'received'), 'utf8').catch(noneYet);
  return text.split('\n').filter((line) => line !== '');
}

/** Counts over the whole log what must be so of every message and every turn. */
export function count(members: readonly Member[], events: readonly StoredEvent[]) {
  const sent = members.flatMap((member) => member.sent);
  const killed = new Set(members.filter((one) => one.killed).map(({ agentId }) => agentId));
  const ends = [...ofType(events, 'turn.ended'), ...ofType(events, 'turn.failed')];
  const rejected = ofType(events, 'process.rejected').map(({ data }) => data.commandId);
  const outcomes = [...ends.map(({ correlationId }) => correlationId), ...rejected];
  const turns = ofType(events, 'turn.started').map(({ data }) => data.turnId);
  const delivered = ofType(events, 'process.delivered').map(({ data }) => data.commandId);
  const failed = ofType(events, 'turn.failed').filter(({ subject }) => !isOf(subject, killed));
  const starting = ofType(events, 'process.starting');
  // A spawner that takes an agent over states its run again.
  const starts = members.map(({ agentId }) => {
    const own = starting.filter(({ subject }) => subject.includes(agentId));
    return new Set(own.map(({ data }) => data.runId)).size;
  });
  return {
    agents: members.length,
    killed: killed.size,
    sent: sent.length,
    storedCommands: ofType(events, 'command.send').length,
    delivered: delivered.length,
    deliveredTwice: delivered.length - new Set(delivered).size,
    refused: rejected.length,
    answers: ofType(events, 'response.answer').length,
    turns: turns.length,
    turnsEnded: ofType(events, 'turn.ended').length,
    turnsFailed: ofType(events, 'turn.failed').length,
    failedOfTheLiving: failed.length,
    runsOfAnAgent: [...new Set(starts)],
    turnsWithoutOneEnd: turns.filter(
      (turnId) => ends.filter(({ data }) => data.turnId === turnId).length !== 1,
    ),
    messagesWithoutOneOutcome: sent.filter(
      (id) => outcomes.filter((outcome) => outcome === id).length !== 1,
    ),
  };
}

const isOf = (subject: string, agents: ReadonlySet<string>): boolean =>
  [...agents].some((agentId) => subject.includes(agentId));

function noneYet(error: unknown): string {
  if (isSystemError(error, 'ENOENT')) return '';
  throw error;
}
