import { z } from 'zod';
import { isEffort, isModelName, NO_EFFORT, NO_MODEL_NAME } from '../agent-model.ts';
import { isAgentName, NO_AGENT_NAME } from '../agent-name.ts';
import { MESSAGE_MODES } from '../message-mode.ts';
import { fileReference } from './file.ts';
import { messageSource } from './message-source.ts';
import {
  agentId,
  commandLine,
  homePath,
  milliseconds,
  person,
  token,
  visibleName,
} from './parts.ts';
import { agentProject } from './project.ts';

/** Tools that a `create` may name. */
const MAX_TOOLS = 64;

const forkedFrom = z.object({
  agentId,
  turnId: z.string(),
  sequence: z.int().positive(),
  /** It stood in another system: the hash of the state of the export by which it came. */
  export: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type ForkedFrom = z.infer<typeof forkedFrom>;

/** A turn that is run otherwise: one turn, with nothing outside of the agent. */
const whatIf = z.object({
  /** Whose turn, and between which places in the log: its calls are answered by what was recorded there. */
  agentId,
  turnId: z.string(),
  from: z.int().positive(),
  to: z.int().positive(),
  /** The message in place of what was said then. When its turn is over the agent ends, and is deleted. */
  messageId: z.string(),
  /** It has no network but to its model; false: it was asked for without that. */
  isolated: z.boolean(),
});
export type WhatIf = z.infer<typeof whatIf>;

/** `agents.<id>.command.<name>`: somebody asks. The event's id is the command's id. */
export const commandEvents = {
  'command.create': z.object({
    kind: visibleName.min(1).max(64),
    /** What its owner calls it: no two of one owner's that live have the same. */
    name: z.string().refine(isAgentName, NO_AGENT_NAME).optional(),
    owner: person.optional(),
    ttlMs: milliseconds,
    turnDeadlineMs: milliseconds,
    /** The command line of a `line` agent. */
    commandLine: commandLine.optional(),
    /** Its model and how hard that is to think; those of the settings of its kind without. */
    model: z.string().refine(isModelName, NO_MODEL_NAME).optional(),
    effort: z.string().refine(isEffort, NO_EFFORT).optional(),
    /** The project that it works in; without, an empty folder of its own. */
    project: agentProject.optional(),
    /** It was made by a job, for an agent that asked for it: who ordered whom, and how deep. */
    ordered: z
      .object({ jobId: token, by: agentId.optional(), depth: z.int().positive() })
      .optional(),
    /** Of which agent it is a fork, up to the end of which turn, and where that end stands in the log. */
    forkedFrom: forkedFrom.optional(),
    /** It shows what might have been: of whose turn, and by which message. */
    whatIf: whatIf.optional(),
    /** The tools that it may use, of those that the system allows; without, all of them. */
    allowedTools: z.array(token).max(MAX_TOOLS).readonly().optional(),
  }),
  'command.send': z.object({
    text: z.string().min(1),
    from: person.optional(),
    /** Where in the person's channel it was said, such as a topic of a forum: answers go there. */
    thread: token.optional(),
    /** What to do when a turn is running: join it (where the agent can), wait, or interrupt it. */
    mode: z.enum(MESSAGE_MODES).default('join'),
    /** The question (a response's event id) that this answers. */
    replyTo: z.string().optional(),
    /** The waiting question (its event's id) whose outcome this message is. */
    answers: z.string().optional(),
    /** Put into `inbox/` of the agent's workspace before it gets the message. */
    files: z.array(fileReference).optional(),
    /** The messages of its channel that it was made from, in order. */
    sources: z.array(messageSource).optional(),
  }),
  'command.interrupt': z.object({ from: person.optional() }),
  'command.stop': z.object({ reason: z.string().default('asked'), from: person.optional() }),
  'command.delete': z.object({ from: person.optional() }),
  /** What its last turn did to its files is taken back. */
  'command.undo': z.object({ from: person.optional() }),
  /** An agent that has ended is to go on: in its home, and with what was said. One that lives does already. */
  'command.resume': z.object({
    from: person.optional(),
    /** What it is called from now on, where another that lives has its name. */
    name: z.string().refine(isAgentName, NO_AGENT_NAME).optional(),
  }),
  /** An agent that is idle is to be as it was at the end of a turn: what it remembers, its files, or both. */
  'command.rewind': z.object({
    turnId: z.string(),
    /** Of the event that ended that turn. */
    sequence: z.int().positive(),
    conversation: z.literal(true).optional(),
    files: z.literal(true).optional(),
    from: person.optional(),
  }),
  'command.extend': z.object({ ttlMs: milliseconds, from: person.optional() }),
  /** A shell command, to be run once beside the agent: in its workspace, with its environment. */
  'command.run': z.object({
    commandLine,
    timeoutMs: milliseconds,
    from: person.optional(),
  }),
  /** A file, to be written whole. */
  'command.file': z.object({
    /** Relative to the agent's home, and inside it. */
    path: homePath,
    content: z.string(),
    from: person.optional(),
  }),
};
