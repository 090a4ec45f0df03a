import { z } from 'zod';
import { fileReference } from '../events/file.ts';
import { person } from '../events/parts.ts';
import { SCOPES } from '../events/token.ts';
import { systemHealthShown } from '../health.ts';
import { MESSAGE_MODES } from '../message-mode.ts';
import { PROJECT_ANSWERS } from '../project-requests.ts';
import { receipt } from '../receipt.ts';
import { agentSummary, jobShown, logLineView, projectView } from '../views.ts';
import type { HttpRoute } from './http-route.ts';
import {
  activityShown,
  agentRef,
  archivedFile,
  commandOutcome,
  decidedStep,
  deliveryRef,
  deliveryShown,
  differenceShown,
  duration,
  eventShown,
  flag,
  forkShown,
  historyEntryShown,
  idToken,
  limit,
  nodeShown,
  personText,
  placeText,
  projectRef,
  rewindOutcome,
  said,
  stateChange,
  statePlace,
  tokenShown,
  turnShown,
  userShown,
  waterfallShown,
  whatIfShown,
} from './shapes.ts';

const agentParams = z.object({ agent: agentRef });
const projectParams = z.object({ project: projectRef });
const jobParams = z.object({ job: idToken });
const deliveryParams = z.object({ channel: idToken, delivery: idToken });
const messageText = z
  .string()
  .describe(
    'The id or place of the message or of what came of it, the number of its update, or a link of Telegram, encoded.',
  );
const sequence = z.coerce.number().int().min(1);

const FOLLOWED = {
  type: 'text/event-stream',
  when: 'with `follow`, or where `Accept` asks for it: what is there and what comes, for ever; `Last-Event-ID` goes on behind that id',
} as const;

/** A name, or a tool and its verb. */
const TOOL_ADDRESS = /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64})?$/;

/** Whose work is asked for, in a project. */
const work = {
  agent: z.string().optional().describe('Whose work, by id or name.'),
  branch: z.string().optional().describe('This branch instead.'),
};

/** Every address of the HTTP API by the name of what it does; health (`/livez`, `/healthz`) is beside it. */
export const HTTP_ROUTES = {
  livez: {
    method: 'GET',
    path: '/livez',
    scope: 'open',
    summary: 'Does this process serve?',
    status: 200,
    answer: z.object({ ok: z.literal(true) }),
  },
  healthz: {
    method: 'GET',
    path: '/healthz',
    scope: 'open',
    summary: 'Is the whole system well? 503 with the same body where it is not.',
    status: 200,
    answer: systemHealthShown,
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    summary: 'The numbers of every service, for Prometheus.',
    status: 200,
    other: [{ type: 'text/plain', when: 'always' }],
  },
  console: {
    method: 'GET',
    path: '/',
    scope: 'open',
    summary: 'The console: a page that shows the system by this API.',
    status: 200,
    other: [{ type: 'text/html', when: 'always' }],
  },
  consoleFile: {
    method: 'GET',
    path: '/console/{file}',
    scope: 'open',
    summary: 'What that page is made of.',
    params: z.object({ file: z.enum(['console.js', 'console.css']) }),
    status: 200,
    other: [
      { type: 'text/javascript', when: 'of `console.js`' },
      { type: 'text/css', when: 'of `console.css`' },
    ],
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    scope: 'open',
    summary: 'This API as OpenAPI 3.1.',
    status: 200,
    answer: z.record(z.string(), z.unknown()),
  },
  asyncapi: {
    method: 'GET',
    path: '/asyncapi.json',
    scope: 'open',
    summary: 'The subjects and events of the log as AsyncAPI 3.',
    status: 200,
    answer: z.record(z.string(), z.unknown()),
  },
  docs: {
    method: 'GET',
    path: '/docs',
    scope: 'open',
    summary: 'This API as a page to read.',
    status: 200,
    other: [{ type: 'text/html', when: 'always' }],
  },

  mcp: {
    method: 'POST',
    path: '/mcp',
    scope: 'read',
    summary: 'The Model Context Protocol: this API as tools for models (docs/mcp.md).',
    details:
      'Streamable HTTP, without sessions. Each tool wants the scope of the address that it stands for.',
    body: z.record(z.string(), z.unknown()).describe('A message of JSON-RPC 2.0.'),
    speaks: 'mcp',
    status: 200,
    answer: z.record(z.string(), z.unknown()),
  },

  listAgents: {
    method: 'GET',
    path: '/agents',
    scope: 'read',
    summary: 'The agents, page by page.',
    query: z.object({
      owner: personText.optional().describe('Those of a person: `<channel>/<user id>`.'),
      kind: z.string().optional(),
      phase: z.enum(['requested', 'starting', 'ready', 'stopping', 'ended']).optional(),
      name: z.string().optional().describe('One that it goes by.'),
      archived: flag.describe('Those that ended so long ago that they left the list.'),
      after: z.string().optional().describe('The `next` of the page before.'),
      limit,
    }),
    status: 200,
    answer: z.object({ agents: z.array(agentSummary), next: z.string().optional() }),
  },
  createAgent: {
    method: 'POST',
    path: '/agents',
    scope: 'operate',
    summary: 'Create an agent.',
    details: 'With `Prefer: wait` it answers when the agent takes messages.',
    body: z.object({
      kind: z.string().optional().describe('Unset: ORCHESTRATOR_AGENT.'),
      name: z.string().optional(),
      ttl: duration.optional(),
      command: z.string().optional().describe('The command line of a `line` agent.'),
      model: z.string().optional(),
      effort: z.string().optional(),
      owner: person.optional().describe('Who talks to it from now on.'),
      project: projectRef.optional(),
      branch: z.string().optional(),
      inPlace: z.boolean().optional(),
    }),
    waits: true,
    once: true,
    status: 201,
    answer: z.object({
      agentId: z.string(),
      name: z.string().optional(),
      sequence: z.int(),
      ready: z.boolean(),
    }),
  },
  getAgent: {
    method: 'GET',
    path: '/agents/{agent}',
    scope: 'read',
    summary: 'One agent.',
    params: agentParams,
    status: 200,
    answer: agentSummary,
  },
  deleteAgent: {
    method: 'DELETE',
    path: '/agents/{agent}',
    scope: 'operate',
    summary: 'End an agent and free what it left.',
    params: agentParams,
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  stopAgent: {
    method: 'POST',
    path: '/agents/{agent}/stop',
    scope: 'operate',
    summary: 'End an agent gracefully.',
    params: agentParams,
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  interruptAgent: {
    method: 'POST',
    path: '/agents/{agent}/interrupt',
    scope: 'operate',
    summary: 'Interrupt what an agent does.',
    params: agentParams,
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  undoAgent: {
    method: 'POST',
    path: '/agents/{agent}/undo',
    scope: 'operate',
    summary: 'Take back what an agent’s last turn did to the files of its project.',
    params: agentParams,
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  rewindAgent: {
    method: 'POST',
    path: '/agents/{agent}/rewind',
    scope: 'operate',
    summary:
      'Have an idle agent be as it was at the end of a turn: what it remembers, its files, or both.',
    details:
      'What was said and done outside since is in `notUndone`. The turns stay in the log. With `Prefer: wait` it answers when the agent takes messages again, or its files are there.',
    params: agentParams,
    body: z.object({
      to: z.string().describe('A turn that is over, or a message or answer of it.'),
      conversation: z.boolean().optional(),
      files: z.boolean().optional(),
    }),
    waits: true,
    once: true,
    status: 200,
    answer: rewindOutcome,
  },
  resumeAgent: {
    method: 'POST',
    path: '/agents/{agent}/resume',
    scope: 'operate',
    summary: 'Have an agent that has ended go on, in its home and with what was said.',
    params: agentParams,
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  forkAgent: {
    method: 'POST',
    path: '/agents/{agent}/fork',
    scope: 'operate',
    summary:
      'Create an agent that knows what this one knew at the end of a turn, and has its files.',
    details:
      'Where it is of the same kind and on the same machine it has the session of the CLI up to there, else a digest of what was said as its first message. Nothing is done to this agent, which may have ended. With `Prefer: wait` it answers when the fork takes messages.',
    params: agentParams,
    body: z.object({
      at: z
        .string()
        .optional()
        .describe('A turn, or a message or answer of it; unset: the last turn that is over.'),
      kind: z.string().optional().describe('Unset: that of this agent.'),
      name: z.string().optional(),
      model: z.string().optional(),
      effort: z.string().optional(),
      owner: person.optional().describe('Who talks to it from now on.'),
    }),
    waits: true,
    once: true,
    status: 201,
    answer: forkShown,
  },
  whatIfAgent: {
    method: 'POST',
    path: '/agents/{agent}/what-if',
    scope: 'operate',
    summary: 'Run one turn of this agent otherwise, with nothing outside of it.',
    details:
      'A fork of it as it was before that turn gets another message, or the same one as another kind or model. Whatever it asks of a tool or of the user is answered by what is recorded of that turn, or refused. Nothing is done to this agent. With `Prefer: wait` it answers when that is over.',
    params: agentParams,
    body: z.object({
      at: z
        .string()
        .optional()
        .describe('A turn, or a message or answer of it; unset: the last turn that is over.'),
      say: z.string().min(1).optional().describe('Unset: what it was told then.'),
      kind: z.string().optional().describe('Unset: that of this agent.'),
      model: z.string().optional(),
      effort: z.string().optional(),
      withoutIsolation: z
        .boolean()
        .optional()
        .describe('Also where agents are processes of the machine, which reach the network.'),
    }),
    waits: true,
    once: true,
    status: 201,
    answer: whatIfShown,
  },
  getWhatIf: {
    method: 'GET',
    path: '/agents/{agent}/what-if',
    scope: 'read',
    summary: 'What happened and what might have, of a what-if’s own agent.',
    params: agentParams,
    status: 200,
    answer: whatIfShown,
  },
  extendAgent: {
    method: 'POST',
    path: '/agents/{agent}/extend',
    scope: 'operate',
    summary: 'Give an agent a longer life, counted from now.',
    params: agentParams,
    body: z.object({ ttl: duration }),
    waits: true,
    once: true,
    status: 200,
    answer: commandOutcome,
  },
  sendMessage: {
    method: 'POST',
    path: '/agents/{agent}/messages',
    scope: 'chat',
    summary: 'Send a message to an agent.',
    details:
      'With `Prefer: wait=30` it answers with what the agent said in the message’s turn, when that has ended; a turn that failed is a problem.',
    params: agentParams,
    body: z.object({
      text: z.string().min(1),
      mode: z.enum(MESSAGE_MODES).optional().describe('What it does while a turn runs.'),
      answers: z.string().optional().describe('The id of the question that it answers.'),
      files: z.array(fileReference).optional().describe('As `POST /agents/{agent}/files` told.'),
    }),
    waits: true,
    once: true,
    status: 200,
    answer: z.object({
      agentId: z.string(),
      commandId: z.string(),
      sequence: z.int(),
      state: z.enum(['sent', 'ended']),
      turnId: z.string().optional(),
      said: z.array(said).describe('Up to now, where the turn has not ended.'),
    }),
  },
  storeFile: {
    method: 'POST',
    path: '/agents/{agent}/files',
    scope: 'chat',
    summary: 'Keep a file (up to 50 MiB) that goes with a message to an agent.',
    params: agentParams,
    query: z.object({ name: z.string().describe('What it is called.') }),
    takesBytes: true,
    status: 201,
    answer: fileReference,
  },
  getFile: {
    method: 'GET',
    path: '/files/{file}',
    scope: 'read',
    summary: 'The bytes of a file that an agent, or a user, sent.',
    params: z.object({ file: idToken }),
    status: 200,
    other: [{ type: 'application/octet-stream', when: 'always' }],
  },
  getLogs: {
    method: 'GET',
    path: '/agents/{agent}/logs',
    scope: 'read',
    summary: 'What an agent prints.',
    params: agentParams,
    query: z.object({
      lines: z.coerce.number().int().min(1).max(2000).default(100),
      follow: flag,
    }),
    status: 200,
    answer: z.object({ lines: z.array(logLineView) }),
    other: [{ type: 'text/plain', when: 'where `Accept` asks for it' }, FOLLOWED],
  },
  followConversation: {
    method: 'GET',
    path: '/agents/{agent}/conversation',
    scope: 'read',
    summary: 'What is said between an agent and people, and what becomes of each message.',
    params: agentParams,
    query: z.object({
      from: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe('A sequence of the log; unset: all.'),
      follow: flag,
    }),
    status: 200,
    answer: z.object({ happenings: z.array(z.record(z.string(), z.unknown())) }),
    other: [FOLLOWED],
  },
  chat: {
    method: 'GET',
    path: '/agents/{agent}/chat',
    scope: 'chat',
    summary: 'A talk with an agent both ways, as a WebSocket.',
    details:
      'Frames are JSON. One sends `{"type": "message", "id", "text"}`, `{"type": "answer", "questionId", "text"}` and `{"type": "interrupt"}`, and gets `stored`, or `error` with a problem. What is said and becomes of it comes with its `sequence`.',
    params: agentParams,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Go on behind this sequence; unset: what comes from now on.'),
    }),
    socket: true,
    status: 101,
  },
  listTurns: {
    method: 'GET',
    path: '/agents/{agent}/turns',
    scope: 'read',
    summary: 'The turns of an agent, the first first.',
    params: agentParams,
    query: z.object({ after: z.string().optional(), limit }),
    status: 200,
    answer: z.object({ turns: z.array(turnShown), next: z.string().optional() }),
  },
  getTurn: {
    method: 'GET',
    path: '/turns/{turn}',
    scope: 'read',
    summary: 'One turn, with what was said in it.',
    params: z.object({ turn: idToken }),
    status: 200,
    answer: turnShown.extend({ said: z.array(said) }),
  },

  callTool: {
    method: 'POST',
    path: '/tools/{tool}',
    scope: 'agent',
    summary: 'What an agent’s command does: say something, or call a tool.',
    details:
      '`answer`, `ask`, `progress`, `ready`, `turn.end`, and `<tool>.<verb>` such as `project.list`. Who asks proves to be an agent, by a token of it (`orchestrator token create --agent`) or by its credential. It is answered when that is stored; with `Prefer: wait` where there is a result, when that is there, and a result that is an error is a problem.',
    params: z.object({ tool: z.string().regex(TOOL_ADDRESS, '`answer`, or `<tool>.<verb>`') }),
    body: z.record(z.string(), z.unknown()).describe('The data of its event (docs/events.md).'),
    waits: true,
    once: true,
    status: 200,
    answer: z.object({
      id: z.string().describe('Of its event.'),
      sequence: z.int(),
      state: z.enum(['stored', 'done']),
      value: z.unknown().optional().describe('The result, where there is one.'),
    }),
  },

  listEvents: {
    method: 'GET',
    path: '/events',
    scope: 'read',
    summary: 'The event log.',
    query: z.object({
      from: z
        .string()
        .optional()
        .describe('A sequence, an instant (RFC 3339), or how long ago (`2h`); unset: the first.'),
      type: z.string().optional().describe('How the type begins: `turn.`.'),
      agent: agentRef.optional(),
      correlation: z.string().optional().describe('The message that they began with.'),
      limit,
      follow: flag,
    }),
    status: 200,
    answer: z.object({
      events: z.array(eventShown),
      next: z.int().optional().describe('There are more, `from` here.'),
    }),
    other: [FOLLOWED],
  },

  getWaterfall: {
    method: 'GET',
    path: '/events/{sequence}/waterfall',
    scope: 'read',
    summary: 'What became of a message: its turn, calls, jobs, answers and deliveries, with times.',
    params: z.object({
      sequence: sequence.describe('Of the message, or of any event that came of it.'),
    }),
    status: 200,
    answer: waterfallShown,
  },
  searchHistory: {
    method: 'GET',
    path: '/history',
    scope: 'read',
    summary:
      'What was said, called and printed, with a text in it: the last entries, in the order of time.',
    query: z.object({
      grep: z.string().optional().describe('A part of it, in upper or lower case.'),
      agent: agentRef.optional(),
      from: placeText.optional(),
      to: placeText.optional(),
      limit,
    }),
    status: 200,
    answer: z.object({
      entries: z.array(historyEntryShown),
      found: z.int().describe('How many there are; these are the last.'),
    }),
  },
  getOwnHistory: {
    method: 'GET',
    path: '/own-history',
    scope: 'agent',
    summary: 'The same of the agent that asks, and of no other.',
    query: z.object({
      grep: z.string().optional().describe('A part of it, in upper or lower case.'),
      from: placeText.optional(),
      to: placeText.optional(),
      limit,
    }),
    status: 200,
    answer: z.object({ entries: z.array(historyEntryShown), found: z.int() }),
  },
  getWhyTurn: {
    method: 'GET',
    path: '/turns/{turn}/why',
    scope: 'read',
    summary: 'What was decided for a turn and why, recomputed from the log.',
    params: z.object({ turn: z.string() }),
    status: 200,
    answer: z.object({
      turn: turnShown.omit({ answers: true, questions: true }),
      traits: z
        .object({ whileBusy: z.enum(['join', 'queue']), endOfTurn: z.enum(['signal', 'response']) })
        .describe('How its agent behaves, as the log shows it.'),
      steps: z.array(decidedStep),
    }),
  },
  getTimeline: {
    method: 'GET',
    path: '/timelines/{message}',
    scope: 'read',
    summary: 'The same, of the message that is found by an id, a number, or a link of Telegram.',
    params: z.object({ message: messageText }),
    status: 200,
    answer: waterfallShown,
  },
  getReceipt: {
    method: 'GET',
    path: '/receipts/{message}',
    scope: 'read',
    summary:
      'What proves without a server what became of that message: the file of `orchestrator receipt`.',
    details:
      'Keep it byte for byte: written in any other way it is another file, and does not hold. The log is sealed up to its end before.',
    params: z.object({ message: messageText }),
    status: 200,
    answer: receipt,
  },
  getActivity: {
    method: 'GET',
    path: '/activity',
    scope: 'read',
    summary: 'How much happened, by stretches of time: turns, answers, deliveries, failures.',
    query: z.object({
      last: duration.optional().describe('How far back; `3h`.'),
      stretch: duration
        .optional()
        .describe('How long each stretch is; `1m`. At most 1500 of them.'),
    }),
    status: 200,
    answer: activityShown,
  },
  getState: {
    method: 'GET',
    path: '/state',
    scope: 'read',
    summary: 'The state of everything as of any place in the log, folded up to there.',
    query: z.object({
      at: placeText.optional(),
      limit,
    }),
    status: 200,
    answer: z.object({
      ...statePlace.shape,
      agents: z.array(agentSummary),
      jobs: z.array(jobShown),
      projects: z.array(projectView),
      users: z.array(userShown),
      nodes: z.array(z.object({ node: z.string(), state: z.string() })),
      counts: z
        .object({ agents: z.int(), jobs: z.int(), projects: z.int(), users: z.int() })
        .describe('How many there are; an answer has `limit` of each.'),
    }),
  },
  getDiff: {
    method: 'GET',
    path: '/diff',
    scope: 'read',
    summary:
      'What changed between two places of the log, as a JSON patch with the event of each change.',
    query: z.object({
      from: placeText.describe('The last event that counts for before, as `at` of `/state`.'),
      to: placeText.optional(),
      of: z.string().optional().describe('Only of this agent, person, project or job.'),
      limit: limit.describe('How many changes at most; all without.'),
    }),
    status: 200,
    answer: z.object({
      from: z.int(),
      to: z.int(),
      of: z
        .object({ kind: z.enum(['agent', 'user', 'project', 'job']), id: z.string() })
        .optional(),
      changes: z.array(stateChange),
      more: z.int().optional().describe('How many were left out.'),
    }),
  },
  judge: {
    method: 'GET',
    path: '/judge',
    scope: 'read',
    summary:
      'What the log says was decided, decided anew by this version: how many decisions differ, and which.',
    query: z.object({
      from: placeText.optional().describe('The first event that is judged.'),
      to: placeText.optional().describe('The last one.'),
      limit: limit.describe('How many differences at most; the first 1,000 without.'),
    }),
    status: 200,
    answer: z.object({
      from: z.int(),
      through: z.int().describe('The last event that was judged.'),
      decisions: z.int(),
      differ: z.int(),
      differences: z.array(differenceShown),
    }),
  },
  getPartOfState: {
    method: 'GET',
    path: '/state/{of}',
    scope: 'read',
    summary:
      'An agent, person, project or job as of any place in the log, with all that was folded of it.',
    params: z.object({
      of: z.string().describe('An id or name; of a person `<channel>/<user id>`, encoded.'),
    }),
    query: z.object({ at: placeText.optional() }),
    status: 200,
    answer: z.object({
      ...statePlace.shape,
      kind: z.enum(['agent', 'user', 'project', 'job']),
      id: z.string(),
      state: z.record(z.string(), z.unknown()),
    }),
  },

  listProjects: {
    method: 'GET',
    path: '/projects',
    scope: 'read',
    summary: 'The projects, page by page.',
    query: z.object({ owner: personText.optional(), after: z.string().optional(), limit }),
    status: 200,
    answer: z.object({ projects: z.array(projectView), next: z.string().optional() }),
  },
  createProject: {
    method: 'POST',
    path: '/projects',
    scope: 'operate',
    summary: 'Create a project, and wait until its repository is there.',
    body: z.object({
      name: z.string().min(1).max(100),
      repo: z.string().optional(),
      branch: z.string().optional(),
      owner: person.optional(),
    }),
    once: true,
    status: 201,
    answer: z.object({ id: z.string(), name: z.string() }),
  },
  getProject: {
    method: 'GET',
    path: '/projects/{project}',
    scope: 'read',
    summary: 'One project.',
    params: projectParams,
    status: 200,
    answer: projectView,
  },
  archiveProject: {
    method: 'DELETE',
    path: '/projects/{project}',
    scope: 'operate',
    summary: 'Put a project away. Its repository is kept.',
    params: projectParams,
    status: 200,
    answer: z.object({ id: z.string(), name: z.string(), state: z.literal('archived') }),
  },
  useProject: {
    method: 'POST',
    path: '/projects/{project}/use',
    scope: 'operate',
    summary: 'Let new agents of a person begin in a project.',
    params: projectParams,
    body: z.object({ owner: person }),
    status: 200,
    answer: z.object({ id: z.string(), name: z.string() }),
  },
  diffProject: {
    method: 'GET',
    path: '/projects/{project}/diff',
    scope: 'read',
    summary: 'What was changed in a project.',
    params: projectParams,
    query: z.object({ ...work, turn: z.enum(['last', 'all']).optional() }),
    status: 200,
    answer: PROJECT_ANSWERS.diff,
  },
  logProject: {
    method: 'GET',
    path: '/projects/{project}/log',
    scope: 'read',
    summary: 'Commits, the newest first.',
    params: projectParams,
    query: z.object({ ...work, limit: z.coerce.number().int().min(1).max(200).optional() }),
    status: 200,
    answer: PROJECT_ANSWERS.log,
  },
  exportProject: {
    method: 'GET',
    path: '/projects/{project}/export',
    scope: 'read',
    summary: 'Commits as a patch, which `git am` takes.',
    params: projectParams,
    query: z.object(work),
    status: 200,
    answer: PROJECT_ANSWERS.export,
  },
  mergeProject: {
    method: 'POST',
    path: '/projects/{project}/merge',
    scope: 'operate',
    summary: 'Bring committed work into the branch of its project.',
    params: projectParams,
    body: z.object(work),
    status: 200,
    answer: PROJECT_ANSWERS.merge,
  },
  pushProject: {
    method: 'POST',
    path: '/projects/{project}/push',
    scope: 'operate',
    summary: 'Push a branch to where its project is from. Never by force.',
    params: projectParams,
    body: z.object({ ...work, to: z.string().optional() }),
    status: 200,
    answer: PROJECT_ANSWERS.push,
  },

  listJobs: {
    method: 'GET',
    path: '/jobs',
    scope: 'read',
    summary: 'The jobs that are open and the last that have ended, page by page.',
    query: z.object({ owner: personText.optional(), after: z.string().optional(), limit }),
    status: 200,
    answer: z.object({ jobs: z.array(jobShown), next: z.string().optional() }),
  },
  getJob: {
    method: 'GET',
    path: '/jobs/{job}',
    scope: 'read',
    summary: 'One job, however long ago it was.',
    details: 'With `Prefer: wait=30` it answers when the job has ended; 202 while it goes on.',
    params: jobParams,
    waits: true,
    status: 200,
    answer: jobShown,
  },
  getJobLogs: {
    method: 'GET',
    path: '/jobs/{job}/logs',
    scope: 'read',
    summary: 'What the run of a job printed.',
    params: jobParams,
    status: 200,
    answer: z.object({ lines: z.array(logLineView) }),
    other: [{ type: 'text/plain', when: 'where `Accept` asks for it' }],
  },
  answerJob: {
    method: 'POST',
    path: '/jobs/{job}/answer',
    scope: 'chat',
    summary: 'Say whether a job may run. The first word counts.',
    params: jobParams,
    body: z.object({ approved: z.boolean() }),
    status: 200,
    answer: jobShown,
  },
  cancelJob: {
    method: 'POST',
    path: '/jobs/{job}/cancel',
    scope: 'operate',
    summary: 'Ask for the end of a job.',
    params: jobParams,
    status: 200,
    answer: jobShown,
  },

  callBackJob: {
    method: 'POST',
    path: '/jobs/{job}/callback',
    scope: 'job',
    summary: 'Say what becomes of a job, as the service that does it.',
    details:
      'With the token that came with the job, which opens nothing else. An end that comes after the job’s is kept in the log, and changes nothing (`late`).',
    params: jobParams,
    body: z.object({
      state: z.enum(['working', 'completed', 'failed']),
      text: z.string().optional().describe('How far it is, in words.'),
      percent: z.number().min(0).max(100).optional(),
      result: z.unknown().optional().describe('What it comes to, where it has completed.'),
      error: z.string().optional().describe('Why it has failed.'),
    }),
    once: true,
    status: 200,
    answer: z.object({
      id: z.string(),
      state: jobShown.shape.state,
      late: z.boolean().describe('The job had ended, and not so.'),
    }),
  },

  listDeliveries: {
    method: 'GET',
    path: '/deliveries',
    scope: 'read',
    summary: 'What became of what was brought to chats, the newest first.',
    query: z.object({
      channel: idToken.optional(),
      state: z.enum(['waiting', 'attempting', 'confirmed', 'failed']).optional(),
      owed: flag.describe(
        'Those alone that failed or were perhaps repeated, and that nobody has settled since.',
      ),
      limit,
    }),
    status: 200,
    answer: z.object({ deliveries: z.array(deliveryShown) }),
  },
  sendAgain: {
    method: 'POST',
    path: '/deliveries/{channel}/{delivery}/again',
    scope: 'operate',
    summary:
      'Have a delivery that failed, or that perhaps arrived, sent again. A repeat does nothing.',
    params: deliveryParams,
    status: 200,
    answer: deliveryRef,
  },
  stateArrived: {
    method: 'POST',
    path: '/deliveries/{channel}/{delivery}/arrived',
    scope: 'operate',
    summary: 'State that the chat has it: nothing more is sent.',
    params: deliveryParams,
    status: 200,
    answer: deliveryRef,
  },
  listUsers: {
    method: 'GET',
    path: '/users',
    scope: 'read',
    summary: 'The people that talk with agents, page by page.',
    query: z.object({ after: z.string().optional(), limit }),
    status: 200,
    answer: z.object({ users: z.array(userShown), next: z.string().optional() }),
  },
  getUser: {
    method: 'GET',
    path: '/users/{channel}/{user}',
    scope: 'read',
    summary: 'One person, and whose agents they are.',
    params: z.object({ channel: idToken, user: idToken }),
    status: 200,
    answer: userShown,
  },
  listNodes: {
    method: 'GET',
    path: '/nodes',
    scope: 'read',
    summary: 'The spawners, what each owns, and what they do.',
    status: 200,
    answer: z.object({ nodes: z.array(nodeShown) }),
  },
  drainNode: {
    method: 'POST',
    path: '/nodes/{node}/drain',
    scope: 'operate',
    summary: 'Empty a spawner before it is stopped.',
    params: z.object({ node: idToken }),
    waits: true,
    status: 200,
    answer: z.object({ node: z.string(), state: z.string(), kept: z.int().optional() }),
  },
  resumeNode: {
    method: 'DELETE',
    path: '/nodes/{node}/drain',
    scope: 'operate',
    summary: 'Let a spawner take agents again.',
    params: z.object({ node: idToken }),
    status: 200,
    answer: z.object({ node: z.string(), state: z.string() }),
  },
  listTokens: {
    method: 'GET',
    path: '/tokens',
    scope: 'admin',
    summary: 'The tokens of this API, without what opens it.',
    status: 200,
    answer: z.object({ tokens: z.array(tokenShown) }),
  },
  createToken: {
    method: 'POST',
    path: '/tokens',
    scope: 'admin',
    summary: 'Make a token. It is told here, and never again.',
    body: z.object({
      name: z.string().min(1).max(100).describe('What it is for.'),
      scope: z.enum(SCOPES).optional(),
      agent: agentRef.optional().describe('Instead of a scope: whom it speaks as, and no more.'),
      ttl: duration.optional().describe('How long it opens anything; unset: until it is revoked.'),
    }),
    status: 201,
    answer: tokenShown.extend({ token: z.string() }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/tokens/{token}',
    scope: 'admin',
    summary: 'From here on a token opens nothing.',
    params: z.object({ token: idToken }),
    status: 200,
    answer: tokenShown,
  },
  getExport: {
    method: 'GET',
    path: '/export',
    scope: 'admin',
    summary: 'What the system is, in one file, as `orchestrator export` writes it.',
    details:
      'Projects and sessions are those of the data folder that the API runs in. An answer that ends before its end is no export: `orchestrator verify` tells.',
    query: z.object({
      agent: agentRef.optional().describe('Only what is this agent’s.'),
      user: personText.optional().describe('Only what is this person’s: `<channel>/<user id>`.'),
      from: placeText.optional(),
      to: placeText.optional(),
      redact: z
        .enum(['true', 'false'])
        .optional()
        .describe('Stand-ins for names and texts, and nothing of what files have.'),
    }),
    status: 200,
    other: [{ type: 'application/gzip', when: 'always' }],
  },
  verify: {
    method: 'GET',
    path: '/verify',
    scope: 'operate',
    summary: 'Is what is served what the log says? It is folded from zero for that.',
    status: 200,
    answer: z.object({
      sequence: z.int(),
      served: z.string(),
      folded: z.string(),
      equal: z.boolean(),
    }),
  },
  listArchive: {
    method: 'GET',
    path: '/archive',
    scope: 'read',
    summary: 'The files of the archived part of the log.',
    status: 200,
    answer: z.object({ files: z.array(archivedFile) }),
  },
  archiveEvents: {
    method: 'POST',
    path: '/archive',
    scope: 'operate',
    summary: 'Archive events.',
    body: z.object({ before: z.iso.datetime().describe('Those that are older than this.') }),
    status: 200,
    answer: z.object({ files: z.array(archivedFile) }),
  },
} as const satisfies Record<string, HttpRoute>;

export type RouteName = keyof typeof HTTP_ROUTES;
