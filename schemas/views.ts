import { z } from 'zod';
import { agentId, person, token } from './events/parts.ts';

/** What the projections serve over NATS request/reply (services protocol, `nats micro ls`). */
export const VIEWS_SERVICE = 'orchestrator-views';

/** Wait until this sequence of EVENTS is folded before answering: one reads one's own writes. */
const atLeast = z.int().nonnegative().optional();

export const agentSummary = z.object({
  agentId,
  phase: z.enum(['unknown', 'requested', 'starting', 'ready', 'stopping', 'ended']),
  kind: z.string().optional(),
  /** What it goes by: the first is shown, each finds it. */
  names: z.array(z.string()).optional(),
  owner: person.optional(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** How it ended, in words. */
  end: z.string().optional(),
  deleted: z.boolean(),
  node: z.string().optional(),
  runId: z.string().optional(),
  pid: z.int().optional(),
  /** Messages that wait for a turn. */
  queued: z.int(),
  turn: z
    .object({
      turnId: z.string(),
      startedAt: z.string(),
      deadlineAt: z.string(),
      messages: z.array(z.string()),
    })
    .optional(),
  counts: z.object({
    messages: z.int(),
    answers: z.int(),
    turns: z.int(),
    failed: z.int(),
  }),
});
export type AgentSummary = z.infer<typeof agentSummary>;

export const projectView = z.object({
  id: z.string(),
  name: z.string(),
  agentId,
  owner: person.optional(),
  createdAt: z.string(),
});

export const logLineView = z.object({
  stream: z.enum(['stdout', 'stderr']),
  time: z.string(),
  /** The line as text; bytes that are not UTF-8 show as U+FFFD. */
  line: z.string(),
  sequence: z.int(),
});
export type LogLineView = z.infer<typeof logLineView>;

/** Endpoint name (its subject is `views.<name>`) → request and response. */
export const VIEWS = {
  agents: {
    /** `owner`: of this person only. */
    request: z.object({ atLeast, owner: person.optional() }),
    response: z.object({ sequence: z.int(), agents: z.array(agentSummary) }),
  },
  agent: {
    request: z.object({ agentId, atLeast }),
    response: z.object({ sequence: z.int(), agent: agentSummary }),
  },
  user: {
    request: z.object({ channel: token, userId: token, atLeast }),
    response: z.object({
      sequence: z.int(),
      agentId: agentId.nullable(),
      agents: z.array(agentId),
    }),
  },
  projects: {
    request: z.object({ atLeast }),
    response: z.object({ sequence: z.int(), projects: z.array(projectView) }),
  },
  logs: {
    request: z.object({ agentId, lines: z.int().min(1).max(2000).default(100) }),
    response: z.object({ lines: z.array(logLineView) }),
  },
  hash: {
    request: z.object({ atLeast }),
    response: z.object({ sequence: z.int(), hash: z.string() }),
  },
} as const;

export type ViewName = keyof typeof VIEWS;
export type ViewRequest<N extends ViewName> = z.input<(typeof VIEWS)[N]['request']>;
export type ViewResponse<N extends ViewName> = z.infer<(typeof VIEWS)[N]['response']>;

export const viewSubject = (name: ViewName): string => `views.${name}`;
