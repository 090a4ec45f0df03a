import type { Personal } from '../../core/erase/find-personal.ts';
import { visibleLine } from '../../schemas/visible-text.ts';

/** What an erasure does not reach, each in a line with what to do. Pure. */
export const leftOf = ({ shared, sharedProjects, homesElsewhere }: Personal): string[] => [
  ...shared.map(
    ({ agentId, of }) => `${agentId} of ${of}: what the person wrote to it stays there`,
  ),
  ...sharedProjects.map(
    (id) => `project ${id}: agents of others work in it, so its files and branches stay`,
  ),
  ...homesElsewhere.map(
    (id) => `the home of ${id} is a volume of its engine: docker volume rm ${id}-home`,
  ),
];

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** For people. Pure. */
export function erasedLines(user: string, found: Personal, what: string): string {
  const { agents, jobs, projects, events, othersIn, people } = found;
  const all = [
    count(events, 'event'),
    count(agents.length, 'agent'),
    count(jobs.length, 'job'),
    count(projects.length, 'project'),
  ];
  const names = people.slice(1).map(({ channel, userId }) => `, ${channel}/${userId}`);
  const lines = [
    `${user}${names.join('')}: ${all.join(', ')} ${what}`,
    ...agents.map(
      (id) => `  ${id}${othersIn.includes(id) ? ', to which others wrote as well' : ''}`,
    ),
    ...leftOf(found).map((each) => `left: ${each}`),
  ];
  return lines.map((line) => `${visibleLine(line)}\n`).join('');
}
