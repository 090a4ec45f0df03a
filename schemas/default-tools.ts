import type { ServerDeclaration } from './server-declaration.ts';
import { type ToolDeclaration, toolDeclaration } from './tool-declaration.ts';

/** Where a project has the program that deploys it. */
export const DEPLOY_PROGRAM = '.orchestrator/deploy';

const PROJECT = 'Id or name of the project; unset: the one that you work in.';

/** The tools that are there without a declaration; one of the same name takes the place of each. */
export function defaultTools(servers: readonly ServerDeclaration[]): ToolDeclaration[] {
  const tools = [
    {
      name: 'deploy',
      summary: `Run ${DEPLOY_PROGRAM} of a project, in a clean checkout of one commit.`,
      input: {
        properties: {
          projectId: { description: PROJECT },
          commit: { description: 'Commit or branch; unset: the branch of the project.' },
        },
      },
      executor: { kind: 'command', command: [`./${DEPLOY_PROGRAM}`], checkout: true },
      confirm: 'ask',
      timeouts: { total: '1h' },
    },
    {
      name: 'engineering',
      summary: 'Have a new agent do a task in a clone of a project.',
      input: {
        properties: {
          task: { description: 'What it is to do, in words.', minLength: 1 },
          projectId: { description: PROJECT },
          kind: { description: 'Kind of the agent; unset: the usual one.' },
        },
        required: ['task'],
      },
      executor: { kind: 'agent' },
      // One that waits for one that it ordered holds its place meanwhile: there are more, and no wait is long.
      parallel: 32,
      timeouts: { total: '2h', accept: '10m' },
    },
    ...(servers.length === 0 ? [] : [infra(servers)]),
  ];
  return tools.map((tool) => toolDeclaration.parse(tool));
}

const infra = (servers: readonly ServerDeclaration[]) => ({
  name: 'infra',
  summary:
    `Run a script of sh on a server: ${servers.map(({ id, name }) => `${id} (${name})`).join(', ')}.`.slice(
      0,
      200,
    ),
  input: {
    properties: {
      task: { description: 'The script, as a text.', minLength: 1 },
      serverId: { description: 'The server.', enum: servers.map(({ id }) => id) },
    },
    required: ['task', 'serverId'],
  },
  executor: { kind: 'ssh' },
  confirm: 'ask',
  timeouts: { total: '1h' },
});
