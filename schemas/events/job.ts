import { z } from 'zod';
import { MAX_JOB_PROGRESS, MAX_PROBLEM } from '../limits.ts';
import { agentId, instant, milliseconds, person, token, visibleName } from './parts.ts';

/** What becomes of each job whoever is away: kept by schedules of the server. Absent: no such bound. */
const timeouts = z.object({
  /** From the request until a program has taken it. */
  acceptMs: milliseconds.optional(),
  /** Between two signs of life of what runs. */
  heartbeatMs: milliseconds.optional(),
  /** From the acceptance until its end. */
  totalMs: milliseconds.optional(),
  /** For the person who is asked whether it may run. */
  confirmMs: milliseconds.optional(),
});
export type JobTimeouts = z.infer<typeof timeouts>;

/** The agent that called, and in which of its turns. */
const caller = z.object({ agentId, callId: token, turnId: z.string().optional() });

const reason = z.string().max(MAX_PROBLEM);

/**
 * `jobs.<jobId>.<name>`: services state. The states are those of MCP Tasks and A2A: working,
 * input_required, and then one of completed, failed and cancelled.
 */
export const jobEvents = {
  'job.requested': z.object({
    tool: token,
    verb: token,
    input: z.record(z.string(), z.json()),
    by: caller.optional(),
    /** Whose it is: the person who is asked, and who may look at it and cancel it. */
    owner: person.optional(),
    /** Its end opens a turn of the agent that called; else only where the turn that called is over. */
    notify: z.boolean(),
    timeouts,
  }),
  /** Nothing is run before the person has answered. */
  'job.input-required': z.object({ question: z.string(), until: instant.optional() }),
  'job.answered': z.object({ approved: z.boolean(), from: person.optional() }),
  /** A spawner has taken it; from here on its program is never started by another. */
  'job.accepted': z.object({
    runId: token,
    /** Which kind of executor runs it: `command`, `http`, … */
    executor: visibleName,
    node: z.string(),
    /** Where the run can be reached from: another spawner of the same place can take it over. */
    place: z.string(),
    /** The process of the node that has it. */
    holder: z.string(),
    /** Raised by every takeover. */
    epoch: z.int().positive(),
    /** SHA-256 of the token by which its service may say what becomes of it; absent where none may. */
    callback: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
  /** A sign of life, with how far it is. */
  'job.progress': z.object({
    text: z.string().max(MAX_JOB_PROGRESS).optional(),
    percent: z.number().min(0).max(100).optional(),
  }),
  'job.completed': z.object({ result: z.json() }),
  'job.failed': z.object({ code: z.string(), reason }),
  'job.cancel-requested': z.object({
    from: person.optional(),
    /** The agent that asked for it, where no person did. */
    agentId: agentId.optional(),
  }),
  'job.cancelled': z.object({ reason }),
};

/** `jobs.<jobId>.timer.<name>`: published by the server when a schedule is due. */
export const jobTimerEvents = {
  'job-timer.accept': z.object({ dueAt: instant }),
  'job-timer.heartbeat': z.object({ dueAt: instant }),
  'job-timer.total': z.object({ dueAt: instant }),
  'job-timer.confirm': z.object({ dueAt: instant }),
};
