import type { wholeState } from '../../core/views/whole-state.ts';
import { textTable } from '../text-table.ts';
import { agentsTable } from './agents-table.ts';

/** What a state has, a table for each kind of thing that there is. */
export function stateTables(view: ReturnType<typeof wholeState>): string {
  const { agents, jobs, projects, users, nodes } = view;
  const tables = [
    agents.length > 0 && agentsTable(agents),
    table(
      ['user', 'talks to', 'agents'],
      users.map(({ channel, userId, agentId, agents: all }) => [
        `${channel}/${userId}`,
        agentId ?? 'nobody',
        String(all.length),
      ]),
    ),
    table(
      ['project', 'name', 'state', 'since'],
      projects.map(({ id, name, phase, createdAt }) => [id, name, phase ?? 'ready', createdAt]),
    ),
    table(
      ['job', 'of', 'state', 'since'],
      jobs.map(({ id, tool, verb, state, requestedAt }) => [
        id,
        `${tool} ${verb}`,
        state,
        requestedAt,
      ]),
    ),
    table(
      ['spawner', 'state'],
      nodes.map(({ node, state }) => [node, state]),
    ),
  ];
  return tables.filter(Boolean).join('\n') || 'nothing\n';
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string | false =>
  rows.length > 0 && textTable(head, rows);
