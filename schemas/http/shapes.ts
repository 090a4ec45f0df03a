import { z } from 'zod';
import { parseDuration } from '../durations.ts';
import { person } from '../events/parts.ts';
import { TOKEN_SCOPES } from '../events/token.ts';
import { isToken } from '../ids.ts';
import { MAX_PAGE } from '../limits.ts';

/** `?follow`, `?follow=true`: a parameter that is there, or not. */
export const flag = z
  .enum(['', 'true', 'false'])
  .transform((text) => text !== 'false')
  .optional();

export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(MAX_PAGE)
  .optional()
  .describe('How many entries at most; 500.');

/** `telegram/4711`. */
export const personText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}\/[A-Za-z0-9_-]{1,128}$/, '<channel>/<user id>')
  .transform((text) => {
    const [channel = '', userId = ''] = text.split('/');
    return { channel, userId };
  });

/** `30s`, `2h`; milliseconds for whoever reads it. */
export const duration = z
  .string()
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: 'a duration such as 90s, 30m or 2h' });
    return z.NEVER;
  })
  .describe('Such as `90s`, `30m` or `2h`.');

export const agentRef = z.string().describe('The agent’s id or name.');
export const projectRef = z.string().describe('The project’s id or name.');
export const idToken = z.string().refine(isToken, 'letters, digits, _ and - only');

/** A command that is asked for, and what became of it where that was waited for. */
export const commandOutcome = z.object({
  agentId: z.string(),
  commandId: z.string(),
  /** Its place in the log. */
  sequence: z.int(),
  outcome: z.string().describe('`asked`, or what was waited for: `stopped`.'),
});

/** A rewind, and what it does not take back. */
export const rewindOutcome = commandOutcome.extend({
  turnId: z.string(),
  notUndone: z.array(z.string()).describe('What was said and done outside since that turn.'),
});

/** A fork, and what it knows. */
export const forkShown = z.object({
  agentId: z.string(),
  name: z.string().optional(),
  sequence: z.int(),
  forkedFrom: z.object({ agentId: z.string(), turnId: z.string(), sequence: z.int() }),
  endedAt: z.string().describe('When that turn ended.'),
  memory: z
    .enum(['session', 'digest'])
    .optional()
    .describe(
      'By what it knows what was said: its CLI’s session up to there, or the digest alone. Absent while it is not ready.',
    ),
  messages: z.int().describe('Messages, answers and questions that its digest is of.'),
  leftOut: z.int().describe('Entries that are not in it.'),
  shortened: z.int().describe('Entries that are cut short in it.'),
  files: z
    .object({ turnId: z.string(), commit: z.string() })
    .optional()
    .describe('Whose turn’s files it begins with; absent: an empty folder.'),
  ready: z.boolean(),
});

export const said = z.object({
  id: z.string(),
  type: z.enum(['answer', 'question']),
  time: z.string(),
  text: z.string(),
  options: z.array(z.string()).optional(),
  file: z.object({ fileId: z.string(), name: z.string(), size: z.int() }).optional(),
});

const turnSide = z.object({
  agentId: z.string(),
  kind: z.string(),
  model: z.string().optional(),
  turnId: z.string().optional(),
  told: z.array(z.string()),
  outcome: z
    .enum(['answered', 'asked', 'silent', 'failed', 'running', 'not-run'])
    .describe('`not-run`: its agent could not be started, or its message was refused.'),
  said: z.array(said),
  failure: z.object({ code: z.string(), reason: z.string() }).optional(),
  calls: z.array(
    z.object({
      name: z.string().describe('Tool and verb; `ask` of a question that its asker waited on.'),
      input: z.unknown(),
      result: z
        .enum(['done', 'failed', 'recorded', 'refused', 'none'])
        .describe('Of a what-if `recorded`, or `refused` where nothing was.'),
      code: z.string().optional(),
    }),
  ),
  files: z
    .object({ commit: z.string(), files: z.int(), insertions: z.int(), deletions: z.int() })
    .optional()
    .describe('What it changed; absent where nothing is kept of that.'),
  ms: z.number().optional(),
  usage: z
    .literal('unknown')
    .describe('Tokens and cost: nothing in the log says what a turn used.'),
});

/** What happened, and what might have. */
export const whatIfShown = z.object({
  agentId: z.string().describe('Its own agent, which ends and is deleted with its turn.'),
  of: z.object({ agentId: z.string(), turnId: z.string() }),
  isolated: z.boolean().describe('It has no network but to its model.'),
  isOver: z.boolean(),
  recorded: turnSide,
  tried: turnSide,
});

/** A turn, as the log tells it. */
export const turnShown = z.object({
  turnId: z.string(),
  agentId: z.string(),
  state: z.enum(['running', 'ended', 'failed']),
  /** Of its beginning. */
  sequence: z.int(),
  startedAt: z.string(),
  deadlineAt: z.string(),
  endedAt: z.string().optional(),
  /** The ids of those that it is for. */
  messages: z.array(z.string()),
  answers: z.int(),
  questions: z.int(),
  failure: z.object({ code: z.string(), reason: z.string(), cure: z.string() }).optional(),
});

export const eventShown = z.object({
  time: z.string(),
  sequence: z.int(),
  subject: z.string(),
  id: z.string().optional(),
  type: z.string().optional(),
  source: z.string().optional(),
  correlationId: z.string().optional(),
  causationId: z.string().optional(),
  traceparent: z.string().optional(),
  invalid: z.string().optional().describe('Why it counts for nobody.'),
  data: z.unknown(),
});

export const placeText = z
  .string()
  .describe(
    'The last event that counts: its sequence or id, an instant, or how long ago; unset: the last of all.',
  );

export const statePlace = z.object({
  at: z.int().describe('The place that was asked for.'),
  last: z.int().describe('The last event that there is.'),
  event: eventShown.optional().describe('What stands at this place.'),
});

const eventPlace = z.object({ sequence: z.int(), time: z.string(), type: z.string() });

export const stateChange = z.object({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string().describe('A JSON pointer (RFC 6901).'),
  value: z.unknown().optional(),
  was: z.unknown().optional().describe('What stood there.'),
  by: eventPlace.optional().describe('The last event that changed it.'),
});

export const decidedStep = z.object({
  do: z.string().describe('`open-turn`, `deliver`, `nudge`, `end-turn`, `fail-turn`, and others.'),
  because: z.string(),
  after: eventPlace.describe('The event after which there was nothing else to do.'),
  stated: eventPlace.optional().describe('The event that says that it was done.'),
});

const eventShort = z.object({
  sequence: z.int().optional().describe('Absent of what does not stand in the log.'),
  type: z.string(),
  id: z.string(),
  subject: z.string(),
  data: z.unknown(),
});

export const differenceShown = z.object({
  kind: z
    .enum(['other', 'not-decided', 'not-taken', 'timer'])
    .describe(
      'Something else is decided now; nothing is; something is that nobody has done; a timer rang that nothing sets now.',
    ),
  sequence: z.int(),
  time: z.string(),
  of: z.string().describe('Whose it is: an agent, a job, a delivery.'),
  stands: z.array(eventShort).describe('What stands in the log.'),
  decided: z.array(eventShort).describe('What is decided now.'),
});

export const historyEntryShown = z.object({
  time: z.string(),
  stream: z.enum(['EVENTS', 'LOGS']),
  sequence: z.int(),
  agentId: z.string(),
  kind: z.enum([
    'message',
    'answer',
    'question',
    'progress',
    'call',
    'result',
    'failed',
    'stdout',
    'stderr',
  ]),
  text: z.string(),
  id: z.string().optional(),
});

export const deliveryShown = z.object({
  channel: z.string(),
  id: z.string(),
  state: z.enum(['waiting', 'attempting', 'confirmed', 'failed']),
  chatId: z.string(),
  agentId: z.string().optional(),
  requestedAt: z.string(),
  /** Of its request. */
  sequence: z.int(),
  reason: z.string().optional().describe('Why it failed, or why nobody knows whether it arrived.'),
  perhaps: z
    .literal(true)
    .optional()
    .describe('It was sent again after a call without a known end.'),
  again: z.string().optional().describe('The delivery by which it was sent again.'),
  arrived: z.literal(true).optional().describe('An operator has said that it arrived.'),
});

export const deliveryRef = z.object({ channel: idToken, deliveryId: z.string() });

/** One thing that came of a message; times are RFC 3339. */
export const spanShown = z.object({
  id: z.string(),
  parent: z.string().optional(),
  kind: z.enum(['queue', 'turn', 'tool', 'job', 'said', 'note', 'delivery', 'attempt']),
  name: z.string(),
  detail: z.string().optional(),
  sequence: z.int(),
  startedAt: z.string(),
  endedAt: z.string().optional().describe('Absent while it goes on.'),
  state: z.enum(['open', 'done', 'failed', 'perhaps']),
});

export const waterfallShown = z.object({
  messageId: z.string(),
  agentId: z.string(),
  sequence: z.int(),
  text: z.string(),
  source: z.string(),
  from: person.optional(),
  turnId: z.string().optional(),
  startedAt: z.string(),
  endedAt: z.string().optional().describe('Absent while something goes on.'),
  outcome: z.enum(['waiting', 'running', 'answered', 'silent', 'failed', 'rejected']),
  spans: z.array(spanShown),
});

const counts = z.array(z.int());

export const activityShown = z.object({
  at: z.array(z.number()).describe('When each stretch begins, seconds since 1970.'),
  turns: counts,
  answers: counts,
  deliveries: counts,
  failures: counts,
});

export const nodeShown = z.object({
  node: z.string(),
  state: z.enum(['serving', 'draining', 'drained', 'gone']),
  agents: z.int(),
  lease: z.record(z.string(), z.unknown()).optional(),
});

export const userShown = z.object({
  ...person.shape,
  agentId: z.string().nullable(),
  agents: z.array(z.string()),
  projectId: z.string().optional(),
});

export const tokenShown = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(TOKEN_SCOPES),
  agentId: z.string().optional().describe('As whom it speaks, where its scope is `agent`.'),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
});

export const archivedFile = z.object({
  from: z.int(),
  to: z.int(),
  events: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  firstTime: z.string(),
  lastTime: z.string(),
  object: z.string(),
});
