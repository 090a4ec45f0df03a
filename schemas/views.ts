import { z } from 'zod';
import { agentId, person, token } from './events/parts.ts';
import { MAX_PAGE } from './limits.ts';

/** What the projections serve over NATS request/reply (services protocol, `nats micro ls`). */
export const VIEWS_SERVICE = 'orchestrator-views';

/** Wait until this sequence of EVENTS is folded before answering: one reads one's own writes. */
const atLeast = z.int().nonnegative().optional();

/** How many entries one answer may hold; it holds fewer where a message would be too large. */
const limit = z.int().min(1).max(MAX_PAGE).optional();

const phase = z.enum(['unknown', 'requested', 'starting', 'ready', 'stopping', 'ended']);

export const agentSummary = z.object({
  agentId,
  phase,
  kind: z.string().optional(),
  /** What it goes by: the first is shown, each finds it. */
  names: z.array(z.string()).optional(),
  /** The one that its `create` names. */
  model: z.string().optional(),
  owner: person.optional(),
  /** The project that it works in. */
  projectId: z.string().optional(),
  /** The agent that had it made, by a job. */
  orderedBy: agentId.optional(),
  /** The agent and the turn that it is a fork of. */
  forkedFrom: z
    .object({ agentId, turnId: z.string(), sequence: z.int(), export: z.string().optional() })
    .optional(),
  /** The turn of another agent that it runs otherwise. */
  whatIf: z.object({ agentId, turnId: z.string() }).optional(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** How it ended, in words. */
  end: z.string().optional(),
  deleted: z.boolean(),
  /** Its files are removed: it cannot go on. */
  homeRemoved: z.literal(true).optional(),
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
      /** The last ids of those that it is for. */
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
  agentId: agentId.optional(),
  owner: person.optional(),
  createdAt: z.string(),
  repo: z.string().optional(),
  branch: z.string().optional(),
  /** Absent where it can be worked in. */
  phase: z.enum(['fetching', 'failed', 'archived']).optional(),
  notes: z.array(z.string()).readonly().optional(),
  problem: z.object({ code: z.string(), reason: z.string(), cure: z.string() }).optional(),
});
export type ProjectView = z.infer<typeof projectView>;

/** A job, open or ended. */
export const jobShown = z.object({
  id: z.string(),
  tool: z.string(),
  verb: z.string(),
  state: z.enum(['working', 'input_required', 'completed', 'failed', 'cancelled']),
  input: z.record(z.string(), z.unknown()),
  agentId: agentId.optional(),
  owner: person.optional(),
  requestedAt: z.string(),
  endedAt: z.string().optional(),
  progress: z
    .object({ text: z.string().optional(), percent: z.number().optional(), at: z.string() })
    .optional(),
  question: z.string().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type JobShown = z.infer<typeof jobShown>;

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
    /** All of the filters that are there hold for each. */
    request: z.object({
      atLeast,
      owner: person.optional(),
      /** Assigned to this person at some time, whoever owns it. */
      assignedTo: person.optional(),
      kind: z.string().optional(),
      phases: z.array(phase).optional(),
      /** One that it goes by. */
      name: z.string().optional(),
      /** The `next` of the page before. */
      after: agentId.optional(),
      limit,
    }),
    /** `next`: there are more, after this one. */
    response: z.object({
      sequence: z.int(),
      agents: z.array(agentSummary),
      next: agentId.optional(),
    }),
  },
  agent: {
    request: z.object({ agentId, atLeast }),
    response: z.object({ sequence: z.int(), agent: agentSummary }),
  },
  /** Those that left the state, the first that were archived first. */
  archived: {
    request: z.object({
      owner: person.optional(),
      kind: z.string().optional(),
      /** The `next` of the page before. */
      after: z.int().nonnegative().optional(),
      limit,
    }),
    response: z.object({ agents: z.array(agentSummary), next: z.int().optional() }),
  },
  user: {
    request: z.object({ channel: token, userId: token, atLeast }),
    response: z.object({
      sequence: z.int(),
      agentId: agentId.nullable(),
      /** The last that were assigned, the newest last. */
      agents: z.array(agentId),
      /** The project that new agents begin in. */
      projectId: z.string().optional(),
    }),
  },
  /** Those that something was said of at the end. */
  users: {
    request: z.object({
      atLeast,
      /** The `next` of the page before. */
      after: z.string().optional(),
      limit,
    }),
    response: z.object({
      sequence: z.int(),
      users: z.array(
        z.object({
          channel: token,
          userId: token,
          agentId: agentId.nullable(),
          agents: z.array(agentId),
          projectId: z.string().optional(),
        }),
      ),
      next: z.string().optional(),
    }),
  },
  projects: {
    request: z.object({
      atLeast,
      id: z.string().optional(),
      agentId: agentId.optional(),
      owner: person.optional(),
      /** The `next` of the page before. */
      after: z.string().optional(),
      limit,
    }),
    response: z.object({
      sequence: z.int(),
      projects: z.array(projectView),
      next: z.string().optional(),
    }),
  },
  jobs: {
    request: z.object({
      atLeast,
      owner: person.optional(),
      /** The `next` of the page before. */
      after: z.string().optional(),
      limit,
    }),
    response: z.object({ sequence: z.int(), jobs: z.array(jobShown), next: z.string().optional() }),
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
