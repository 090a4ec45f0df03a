import { z } from 'zod';
import { earlierLife } from './earlier-life.ts';
import { instant, person } from './parts.ts';
import { commitId } from './project.ts';

const runId = z.string();
const commandId = z.string();

export const stopReason = z.enum(['stop', 'delete', 'ttl', 'start-failed']);
export type StopReason = z.infer<typeof stopReason>;

const exitCode = z.int().nullable();
const exitSignal = z.string().nullable();
const outOfMemory = z.boolean().optional();

/** What belongs to a run, has outlived it and could not be ended; at most 20 of them by name. */
const leftBehind = z.object({
  count: z.int().positive(),
  processes: z.array(z.object({ pid: z.int(), name: z.string() })),
});
export type LeftBehind = z.infer<typeof leftBehind>;
const left = leftBehind.optional();

/** `agents.<id>.process.<name>`: the spawner states. */
export const processEvents = {
  'process.starting': z.object({
    runId,
    node: z.string(),
    /** Raised by every takeover; an append with an older one is refused (fencing). */
    epoch: z.int().positive(),
    runtime: z.string(),
    expiresAt: instant,
    /** Where the run lives: spawners of the same place can attach to it. */
    place: z.string().optional(),
    /** Which process of the node it is: a restart of a node is another. */
    holder: z.string().optional(),
    /** Of a fork’s first run, what it knows by: the other one’s session up to there, or the digest alone. */
    memory: z.enum(['session', 'digest']).optional(),
  }),
  /** An agent that had ended goes on with another run: `process.starting` is in the same batch. */
  'process.resumed': z.object({
    commandId,
    /** What it knows of what was said: its CLI's own session, or a digest of the conversation. */
    memory: z.enum(['session', 'digest']),
    /** By a `command.rewind` it goes on from the end of this turn: what came of it later is as if it had not been. */
    rewound: z.object({ turnId: z.string(), sequence: z.int().positive() }).optional(),
    /** As it was: by that one which had left the state is there again. */
    was: earlierLife,
  }),
  /** Its files are kept no longer than until then, unless it goes on before. */
  'process.home-due': z.object({ endedAt: instant, removeAt: instant }),
  /** Its files were kept long enough and are removed: it cannot go on any more. */
  'process.home-removed': z.object({ endedAt: instant }),
  /** Its owner gives it away: the first of the same place that takes it is the next. */
  'process.released': z.object({ runId, epoch: z.int().positive(), reason: z.string() }),
  /** A run that the log had given up as lost was found running, and was ended. */
  'process.cleared': z.object({
    runId,
    node: z.string(),
    code: exitCode,
    signal: exitSignal,
    left,
  }),
  'process.ready': z.object({ runId, pid: z.int().optional() }),
  'process.start-failed': z.object({ runId, reason: z.string(), left }),
  /** Written to stdin. */
  'process.delivered': z.object({ runId, commandId, turnId: z.string(), bytes: z.int() }),
  'process.interrupted': z.object({ runId, commandId }),
  'process.stopping': z.object({
    runId,
    reason: stopReason,
    step: z.enum(['stdin-closed', 'sigterm', 'sigkill']),
  }),
  /** Idle for so long that its container is frozen; the next message wakes it. */
  'process.paused': z.object({ runId }),
  /** Ended because it was asked to. */
  'process.stopped': z.object({
    runId,
    reason: stopReason,
    code: exitCode,
    signal: exitSignal,
    outOfMemory,
    left,
  }),
  /** Ended by itself. */
  'process.exited': z.object({ runId, code: exitCode, signal: exitSignal, outOfMemory, left }),
  /** Gone while nobody looked, nothing known of its end. */
  'process.lost': z.object({ runId, reason: z.string(), left }),
  /** Lives on: somebody asked, or it had turns since its time was counted. */
  'process.extended': z.object({ runId, commandId: commandId.optional(), expiresAt: instant }),
  'process.deleted': z.object({ commandId }),
  /** Ended for so long that only the log has it whole: it leaves what every reader keeps in mind. */
  'process.archived': z.object({
    /** Of the end that it follows. */
    endedAt: instant,
    /** What a list shows of it; absent of one that was deleted, and where an older version stated it. */
    summary: z
      .object({
        kind: z.string(),
        name: z.string().optional(),
        owner: person.optional(),
        /** The project that it works in. */
        projectId: z.string().optional(),
        createdAt: instant,
        /** How it ended, in words. */
        end: z.string(),
        counts: z.object({
          messages: z.int(),
          answers: z.int(),
          turns: z.int(),
          failed: z.int(),
        }),
      })
      .optional(),
    deleted: z.literal(true).optional(),
  }),
  /** A `command.run` is about to be run: from here on it is never run again. */
  'process.command-started': z.object({ runId, commandId }),
  /** What came of a `command.run`. */
  'process.command-run': z.object({
    commandId,
    /** -1: ended otherwise than by itself; `error` says how. */
    exitCode: z.int(),
    /** Its stdout, at most 256 KiB. */
    output: z.string(),
    /** Its stderr, at most 256 KiB, or why it was not run to its end. */
    error: z.string(),
  }),
  /** The agent has said or sent more than it may. Nobody hears it until the stated time, or until its quota is raised. */
  'process.muted': z.object({
    runId,
    code: z.string(),
    reason: z.string(),
    cure: z.string(),
    until: instant.optional(),
  }),
  'process.unmuted': z.object({ runId }),
  /** A `command.undo` is done, or the files of a `command.rewind`: they are as they were before that turn. */
  'process.undone': z.object({
    runId,
    commandId,
    turnId: z.string(),
    /** By a `command.rewind`: they are as at the end of this turn, and what all later ones did is taken back. */
    to: z.string().optional(),
    /** What the files are now; absent where they are as before the first turn, of nothing. */
    commit: commitId.optional(),
    files: z.int().nonnegative(),
  }),
  'process.file-written': z.object({ commandId, path: z.string(), bytes: z.int() }),
  /** A command that cannot be done, and why: the visible end of that command. */
  'process.rejected': z.object({
    commandId,
    code: z.string(),
    reason: z.string(),
    cure: z.string(),
    /** Its place in the log, where so many waited that it was not kept with them. */
    at: z.int().positive().optional(),
  }),
};
