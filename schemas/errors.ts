/** Exit codes of every command (design, "`orchestrator`, the command"). */
export const EXIT = { done: 0, failed: 1, usage: 2, notPermitted: 3, timedOut: 4 } as const;

export interface ErrorEntry {
  /** What went wrong, without the particulars. */
  meaning: string;
  /** What the person who reads it can do. */
  cure: string;
  exit: number;
  status: number;
}

/** Every error that a person may see. `docs/errors.md` is made from this table. */
export const ERRORS = {
  ORC_USAGE: {
    meaning: 'The command line is not understood',
    cure: 'See `orchestrator --help`.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_SETTINGS: {
    meaning: 'A setting has a value that is not allowed',
    cure: 'Correct the named settings; docs/settings.md lists them.',
    exit: EXIT.usage,
    status: 500,
  },
  ORC_AGENT_ID: {
    meaning: 'ORCHESTRATOR_AGENT_ID is unset or malformed',
    cure: 'Run this command inside an agent, or set it to agent- and 12 hex digits.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_EMPTY: {
    meaning: 'The message is empty',
    cure: 'Pass the text as an argument or on stdin.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_NOT_UTF8: {
    meaning: 'The message is not valid UTF-8 text',
    cure: 'Send text; put binary data into a file and name its path.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_TOO_LARGE: {
    meaning: 'The message is larger than the broker takes',
    cure: 'Shorten it, or put it into a file and name its path.',
    exit: EXIT.usage,
    status: 413,
  },
  ORC_FILE: {
    meaning: 'The file cannot be read',
    cure: 'Name a regular file that exists, that the agent may read and that nobody changes.',
    exit: EXIT.failed,
    status: 400,
  },
  ORC_CREDS: {
    meaning: 'The credentials are missing or unreadable',
    cure: 'Set ORCHESTRATOR_CREDS to a readable credentials file, or run where `npm start` runs.',
    exit: EXIT.notPermitted,
    status: 401,
  },
  ORC_CREDS_EXPIRED: {
    meaning: 'The credentials have expired',
    cure: 'The agent has outlived its TTL: extend it with `orchestrator extend`, or start a new one.',
    exit: EXIT.notPermitted,
    status: 401,
  },
  ORC_NOT_PERMITTED: {
    meaning: 'These credentials do not permit that',
    cure: 'Use the credentials of the agent that ORCHESTRATOR_AGENT_ID names.',
    exit: EXIT.notPermitted,
    status: 403,
  },
  ORC_TOOL_NOT_ALLOWED: {
    meaning: 'This agent may not use that tool',
    cure: 'The tools that it may use are in ORCHESTRATOR_ALLOWED_TOOLS.',
    exit: EXIT.notPermitted,
    status: 403,
  },
  ORC_NOT_REACHABLE: {
    meaning: 'NATS cannot be reached',
    cure: 'Start the system with `npm start`, or set ORCHESTRATOR_NATS_URL; `orchestrator doctor` checks it.',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_NO_STREAM: {
    meaning: 'The event streams do not exist on this server',
    cure: 'Start the system once (`npm start`); it makes them.',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_REPLICAS: {
    meaning: 'There are not as many NATS servers as the streams want replicas',
    cure: 'Start the other servers of the cluster, or set ORCHESTRATOR_REPLICAS to what there is (1 for a single server).',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_LOG_REPLACED: {
    meaning: 'The event log was removed and made anew while it was read',
    cure: 'Run it again: it begins with the new log. Services do so by themselves.',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_ARCHIVE: {
    meaning: 'A part of the event log that was archived is missing or damaged',
    cure: 'Put the stream OBJ_EVENTS_ARCHIVE back from a backup (docs/operate.md, "The archive of the log").',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_EXPORT: {
    meaning: 'The export is damaged, not whole, or of another version',
    cure: 'Export it again, or copy it again from where it was made; nothing was taken from it.',
    exit: EXIT.failed,
    status: 400,
  },
  ORC_RECEIPT: {
    meaning: 'The receipt does not hold: something in it was changed, removed or put elsewhere',
    cure: 'Take it for no proof, and ask whoever gave it for the file as it was made.',
    exit: EXIT.failed,
    status: 400,
  },
  ORC_SEALS: {
    meaning: 'The log is not what was sealed',
    cure: 'Where it was put back from a backup, put SEALS back from the same one; else somebody has changed it (docs/receipts.md).',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_ERASE: {
    meaning: 'The person cannot be erased yet',
    cure: 'Do what the line says, and run it again; nothing was erased (docs/erase.md).',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_ERASING: {
    meaning: 'An erasure has begun and not come to its end',
    cure: 'Run the same `orchestrator erase` again: it goes on (docs/erase.md).',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_OUTPUT: {
    meaning: 'The file cannot be written',
    cure: 'Name one in a folder that is there and can be written, on a disk with room.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_NOT_EMPTY: {
    meaning: 'There is a system already',
    cure: 'Import into a data folder and a NATS that are empty (docs/take-it-along.md).',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_OLD_LAYOUT: {
    meaning: 'The event log was made by a version in which agents wrote into it themselves',
    cure: 'Set ORCHESTRATOR_DATA_DIR to a new folder (with your own NATS: delete its streams), or go on with the version that made it.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_QUOTA: {
    meaning: 'The agent has said or sent more than it may',
    cure: 'Try again in a minute; where that does not help, an operator can raise its quota (ORCHESTRATOR_QUOTA_…).',
    exit: EXIT.failed,
    status: 429,
  },
  ORC_STORAGE_FULL: {
    meaning: 'The event log cannot store more: the disk or its limit is full',
    cure: 'Free space in the data folder or raise the limit; what was refused was not stored.',
    exit: EXIT.failed,
    status: 507,
  },
  ORC_CONFLICT: {
    meaning: 'Something else changed first',
    cure: 'Try again.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_INTERRUPTED: {
    meaning: 'The command was ended by a signal',
    cure: 'It may have been done nevertheless: look before you do it again.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_TIMED_OUT: {
    meaning: 'No answer came in time',
    cure: 'Look with `orchestrator events`; try again.',
    exit: EXIT.timedOut,
    status: 504,
  },
  ORC_AGENT_NOT_FOUND: {
    meaning: 'There is no such agent',
    cure: '`orchestrator agents` lists them.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_NODE_NOT_FOUND: {
    meaning: 'There is no such spawner',
    cure: '`orchestrator nodes` lists them.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_NAME_TAKEN: {
    meaning: 'An agent of this person has this name',
    cure: 'Take another name, or end the one that has it.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_AMBIGUOUS_NAME: {
    meaning: 'Several agents have this name',
    cure: 'Name the one that you mean by its id.',
    exit: EXIT.usage,
    status: 409,
  },
  ORC_AGENT_EXISTS: {
    meaning: 'An agent with this id exists already',
    cure: 'Use another id, or send to the one that exists.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_AGENT_ENDED: {
    meaning: 'The agent has ended',
    cure: 'In a chat the next message goes on with it; else `orchestrator resume` does.',
    exit: EXIT.failed,
    status: 410,
  },
  ORC_NOT_RESUMABLE: {
    meaning: 'The conversation cannot go on',
    cure: 'Begin another one: `/new` in a chat, `orchestrator create`.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_NOT_FORKABLE: {
    meaning: 'There is nothing to go on from',
    cure: 'Name another turn: `GET /agents/{agent}/turns` lists those of an agent.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_NOT_RECORDED: {
    meaning: 'In a what-if nothing outside is done, and no result of this is recorded',
    cure: 'Go on without it, and say so in the answer.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_QUEUE_FULL: {
    meaning: 'So much waits for the agent that nothing more is taken',
    cure: 'Send it again when the agent has done some of it; `orchestrator interrupt` ends what it does now.',
    exit: EXIT.failed,
    status: 429,
  },
  ORC_AGENT_CRASHED: {
    meaning: 'The agent ended in the middle of the turn',
    cure: 'Send the message again; `orchestrator logs` shows what it said last.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_AGENT_LOST: {
    meaning: 'The agent is gone',
    cure: 'Send the message again: the agent goes on with it.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_START_FAILED: {
    meaning: 'The agent could not be started',
    cure: '`orchestrator doctor` says what is missing.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_AGENT_CLI: {
    meaning: 'The CLI of this kind of agent is not there',
    cure: '`npm run agents <kind>` installs it; the worker image gets it with AGENTS=<kind>.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_LOGIN: {
    meaning: 'There is no such login, or it is refused',
    cure: 'Log in with the CLI, or set its variable (docs/agents.md, Credentials).',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_TELEGRAM: {
    meaning: 'Telegram refuses the bot, or is not reached',
    cure: 'Check the token that @BotFather gave, and that no other program polls with it.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_NO_SYSTEMD: {
    meaning: 'No systemd runs here',
    cure: 'Start it with what this machine has for services: `npm start </dev/null` serves until SIGTERM.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_UNKNOWN_KIND: {
    meaning: 'There is no such kind of agent',
    cure: '`orchestrator create --help` and docs/settings.md (ORCHESTRATOR_AGENT) list the kinds.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_NO_ANSWER: {
    meaning: 'The agent ended its turn without an answer, also after it was reminded',
    cure: 'Ask again in other words; `orchestrator logs` shows what it did.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_MODEL_ERROR: {
    meaning: 'The agent’s model failed',
    cure: 'Send the message again; `orchestrator logs` shows what the model said.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_MODEL_BUSY: {
    meaning: 'The agent’s model is overloaded or its limit is reached',
    cure: 'Wait a little and send the message again.',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_MODEL_LOGIN: {
    meaning: 'The agent’s login at its model is missing, refused or expired',
    cure: 'Renew the key or log in again (docs/agents.md, Credentials), then start a new agent.',
    exit: EXIT.notPermitted,
    status: 502,
  },
  ORC_QUESTION_CLOSED: {
    meaning: 'This question was answered before, or nobody waits for its answer any more',
    cure: 'What counts is the first answer. Send it as a message of its own.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_TURN_DEADLINE: {
    meaning: 'The turn ran out of time',
    cure: 'An answer that still comes is delivered; interrupt the agent or raise ORCHESTRATOR_TURN_DEADLINE.',
    exit: EXIT.timedOut,
    status: 504,
  },
  ORC_TURN_STOPPED: {
    meaning: 'The agent was stopped while it worked on this',
    cure: 'Send the message again: the agent goes on with it.',
    exit: EXIT.failed,
    status: 410,
  },
  ORC_TURN_INTERRUPTED: {
    meaning: 'The turn was interrupted',
    cure: 'Send the next message.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_TTL: {
    meaning: 'The agent reached the end of its life time',
    cure: 'Send the message again: the agent goes on with it. ORCHESTRATOR_AGENT_TTL sets the time.',
    exit: EXIT.failed,
    status: 410,
  },
  ORC_TURN_NOT_FOUND: {
    meaning: 'There is no such turn',
    cure: '`GET /agents/{agent}/turns` lists those of an agent.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_FILE_NOT_FOUND: {
    meaning: 'There is no such file, or it is not kept any more',
    cure: 'Files are kept for ORCHESTRATOR_FILES_AGE; ask for it again.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_TOKEN_NOT_FOUND: {
    meaning: 'There is no such token',
    cure: '`orchestrator token list` lists them.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_EVENT_NOT_FOUND: {
    meaning: 'There is no such event',
    cure: '`orchestrator events` lists them with their sequences.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_NOT_IN_STATE: {
    meaning: 'There was nothing of that name then',
    cure: '`orchestrator state --at <place>` lists what there was.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_DELIVERY_NOT_FOUND: {
    meaning: 'There is no such delivery',
    cure: '`GET /deliveries` lists them.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_DELIVERY_SETTLED: {
    meaning: 'The delivery is not one that can be settled by hand',
    cure: '`GET /deliveries` tells what became of it.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_NO_ROUTE: {
    meaning: 'The HTTP API has no such address',
    cure: '`/docs` and docs/api.md list what it serves.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_RATE_LIMIT: {
    meaning: 'There were too many requests within a minute',
    cure: 'Try again after the seconds that `Retry-After` tells; ORCHESTRATOR_HTTP_RATE_LIMIT sets how many there may be.',
    exit: EXIT.failed,
    status: 429,
  },
  ORC_SLOW_READER: {
    meaning: 'What follows the log does not take what it gets',
    cure: 'Read faster, or ask for less; `Last-Event-ID` goes on where it ended.',
    exit: EXIT.failed,
    status: 503,
  },
  ORC_FOREIGN_HOST: {
    meaning: 'The request is for another host',
    cure: 'Ask for it by localhost or 127.0.0.1, or name the host in ORCHESTRATOR_HTTP_ALLOWED_HOSTS.',
    exit: EXIT.failed,
    status: 403,
  },
  ORC_FILE_NOT_WRITTEN: {
    meaning: 'The file could not be written',
    cure: 'Name a path inside the home of the agent that is no folder, and see that there is space.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_ATTACHMENT_REFUSED: {
    meaning: 'A file of the message could not be put into the agent’s workspace',
    cure: 'See that `inbox/` can be written there and has space, and send the message again, or without the file.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_NO_PROGRAM: {
    meaning: 'The project has no program for this tool',
    cure: 'Commit an executable file there: `#!/bin/sh` and what is to be done; docs/tools.md says what it gets.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_NO_SUCH_TOOL: {
    meaning: 'There is no such tool',
    cure: '`orchestrator --help` lists them.',
    exit: EXIT.usage,
    status: 404,
  },
  ORC_BAD_INPUT: {
    meaning: 'The tool call has arguments that are not allowed',
    cure: 'See `orchestrator <tool> --help`.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_TOOLS: {
    meaning: 'A declared tool cannot be used as it is declared',
    cure: 'Correct the named files; docs/tools.md says what they may hold.',
    exit: EXIT.usage,
    status: 500,
  },
  ORC_JOB_NOT_FOUND: {
    meaning: 'There is no such job',
    cure: 'See `orchestrator job list`.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_JOB_FAILED: {
    meaning: 'The job failed',
    cure: '`orchestrator job logs` shows what it printed.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_JOB_TIMED_OUT: {
    meaning: 'The job took longer than it may',
    cure: 'See what it printed; its time-outs are in the declaration of its tool.',
    exit: EXIT.timedOut,
    status: 504,
  },
  ORC_JOB_INTERRUPTED: {
    meaning: 'The job was interrupted: what ran it is gone, and nobody knows how far it came',
    cure: 'Look at what it has done before you ask for it again; it is not run again by itself.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_JOB_DECLINED: {
    meaning: 'The job was not allowed to run',
    cure: 'Ask the user what to do instead.',
    exit: EXIT.notPermitted,
    status: 403,
  },
  ORC_JOB_CANCELLED: {
    meaning: 'The job was cancelled',
    cure: 'Call the tool again where it is still wanted.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_PROJECT_NOT_FOUND: {
    meaning: 'There is no such project',
    cure: '`orchestrator project list` lists them.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_PROJECT_NOT_READY: {
    meaning: 'The project’s repository cannot be worked on',
    cure: '`orchestrator project get` tells why; where it is still fetched, try again later.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_PROJECT_SOURCE: {
    meaning: 'A project cannot be made of this repository',
    cure: 'Name an https or ssh URL without a password, or a folder below ORCHESTRATOR_PROJECT_ROOTS.',
    exit: EXIT.usage,
    status: 400,
  },
  ORC_GIT: {
    meaning: 'git did not do what it was asked for',
    cure: 'Look at what it says; docs/projects.md tells of the usual reasons.',
    exit: EXIT.failed,
    status: 502,
  },
  ORC_MERGE_CONFLICT: {
    meaning: 'The branches change the same lines',
    cure: 'Tell the agent to merge the project’s branch into its own and to mend these files; then merge again.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_PUSH_REFUSED: {
    meaning: 'The remote refused the push',
    cure: 'It has commits that are not here, protects the branch, or has it checked out: push to another branch.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_NO_CHANGES: {
    meaning: 'There is nothing that could be shown, merged or taken back',
    cure: 'An agent’s work is there after its first turn in the project.',
    exit: EXIT.failed,
    status: 404,
  },
  ORC_AGENT_BUSY: {
    meaning: 'The agent is working',
    cure: 'Wait for the end of its turn, or interrupt it.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_UNKNOWN_CHANGES: {
    meaning: 'There are changes that no snapshot has',
    cure: 'Send the agent a message, at the end of whose turn there is one; then undo.',
    exit: EXIT.failed,
    status: 409,
  },
  ORC_DATA_LOCKED: {
    meaning: 'The data folder is in use by another run',
    cure: 'Stop that run, or set ORCHESTRATOR_DATA_DIR to another folder.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_DATA_DIR: {
    meaning: 'The data folder cannot be written',
    cure: 'Make it writable, or set ORCHESTRATOR_DATA_DIR to another folder.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_PORT_IN_USE: {
    meaning: 'The port is in use by another program',
    cure: 'Stop that program, or set ORCHESTRATOR_NATS_PORT to another port.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_NATS_MISSING: {
    meaning: 'There is no usable nats-server',
    cure: 'Install nats-server 2.12 or newer, or run `npm run build`, which fetches one.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_DOCKER: {
    meaning: 'There is no usable Docker engine',
    cure: 'Start Docker 20.10 or newer, or set ORCHESTRATOR_RUNTIME=local.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_WORKER_IMAGE: {
    meaning: 'There is no usable image for agents to live in',
    cure: 'Build it with `npm run images`, or set ORCHESTRATOR_WORKER_IMAGE or ORCHESTRATOR_RUNTIME=local.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_AGENT_NETWORK: {
    meaning: 'The network of the agents is not as it should be',
    cure: 'Remove it with `docker network rm` when no agent runs, or set ORCHESTRATOR_AGENT_INTERNET or ORCHESTRATOR_AGENT_NETWORK to another value.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_NATS_OLD: {
    meaning: 'The nats-server is too old',
    cure: 'Version 2.12 or newer is required.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_NATS_FAILED: {
    meaning: 'The embedded nats-server does not start',
    cure: 'Its log in the data folder says why.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_MISMATCH: {
    meaning: 'The served state is not what the log folds to',
    cure: 'Delete the snapshots folder of the data folder and restart; it is rebuilt from the log. Please report it.',
    exit: EXIT.failed,
    status: 500,
  },
  ORC_INTERNAL: {
    meaning: 'Something unexpected happened',
    cure: 'The log has the whole story; please report it.',
    exit: EXIT.failed,
    status: 500,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * An error that a person is to see: one line, one code, one cure.
 *
 * @example
 * throw new OrchestratorError('ORC_FILE', `Cannot read ${path}`, { cause: error });
 */
export class OrchestratorError extends Error {
  override readonly name = 'OrchestratorError';
  readonly code: ErrorCode;
  /** Instead of the table's cure, where the place knows better. */
  readonly ownCure: string | undefined;

  constructor(code: ErrorCode, detail?: string, options: { cause?: unknown; cure?: string } = {}) {
    super(detail ?? ERRORS[code].meaning, { cause: options.cause });
    this.code = code;
    this.ownCure = options.cure;
  }

  get cure(): string {
    return this.ownCure ?? ERRORS[this.code].cure;
  }

  get exit(): number {
    return ERRORS[this.code].exit;
  }

  /** `ORC_…: what is wrong. What to do.` on one line. */
  get line(): string {
    const what = this.message.replace(/\s+/g, ' ').replace(/\.$/, '');
    return `${this.code}: ${what}. ${this.cure}`;
  }
}

/** Any error as one that can be shown; an unknown one becomes ORC_INTERNAL with its message. */
export function asOrchestratorError(error: unknown): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new OrchestratorError('ORC_INTERNAL', detail, { cause: error });
}
