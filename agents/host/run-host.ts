import type { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { readNamedFile } from '../../core/log/read-named-file.ts';
import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import { MAX_LAST_MESSAGE, MAX_PROBLEM } from '../../schemas/limits.ts';
import { askAndWait } from '../voice/ask-and-wait.ts';
import type { CommandStreams } from '../voice/command-streams.ts';
import { AgentHost } from './agent-host.ts';
import { type BeginCall, CallPort } from './call-port.ts';
import type { StartDriver, TurnOutcome } from './driver.ts';
import { hostMessage, hostOrder } from './host-order.ts';
import { parseObject } from './json-values.ts';
import { Permissions } from './permissions.ts';
import { sayWhenHeard } from './say-when-heard.ts';
import { secretFilter } from './secret-filter.ts';
import { SessionFile } from './session-file.ts';

type Log = (line: string) => void;

/** How long a person may take to allow something; the turn waits with the question. */
const PERMISSION_WAIT_MS = 60 * 60_000;

/** How long the host goes on trying to store what it states while the log is away. */
const STATE_TIMEOUT_MS = 60 * 60_000;

/** The most bytes of a message that the spawner writes for a host. */
const MAX_ORDER = 8 * 1024 * 1024;

/**
 * Runs an agent's CLI as its parent: messages come on stdin, one JSON object a line; stdout is a
 * readable log. SIGINT interrupts the turn. SIGTERM and the end of stdin end the host when its turn is
 * done. With `beginCall` it does plain calls of its agent's `orchestrator`. Resolves with the exit code.
 */
export async function runHost(
  start: StartDriver,
  orderFile: string,
  streams: CommandStreams,
  signals: Pick<EventEmitter, 'on'> = process,
  beginCall?: BeginCall,
): Promise<number> {
  const order = readOrder(orderFile);
  const calls = beginCall && (await CallPort.open(beginCall));
  const clean = secretFilter([...Object.values(order.secrets), ...(calls ? [calls.secret] : [])]);
  const log = (line: string) => streams.stdout.write(`${clean(line)}\n`);
  const permissions = new Permissions({
    policy: order.permissions,
    ask: (text, options) => ask(clean(text), options, streams, log),
    log,
  });
  const environment = {
    ...ownEnvironment(streams.env),
    ...order.environment,
    ...order.secrets,
    ...calls?.environment,
  };
  const sessions = new SessionFile(streams.env.HOME);
  const host = new AgentHost({
    start: (session, events) =>
      start({ order, session, events, environment, workspace: process.cwd() }),
    resumes: order.resumes && { ...order.resumes, session: sessions.read() },
    keepSession: (session) => sessions.keep(session, log),
    permission: (request) => permissions.request(request),
    sayReady: (problem) => sayReady(problem && clean(problem), streams, log),
    sayTurnEnd: (outcome, taken) => sayTurnEnd(outcome, taken, clean, streams, log),
    sayAnswer: (text) => sayAnswer(clean(text), streams, log),
    sayNotice: (text) => sayNotice(text, streams, log),
    log,
  });
  signals.on('SIGINT', () => host.interrupt());
  signals.on('SIGTERM', () => host.finish());
  createInterface({ input: streams.stdin, crlfDelay: Number.POSITIVE_INFINITY })
    .on('line', (line) => {
      const parsed = hostMessage.safeParse(parseObject(line));
      if (parsed.success) host.message(parsed.data.text);
      else log('a line on stdin is no message');
    })
    .on('close', () => host.finish());
  return host.run().finally(() => calls?.close());
}

function readOrder(file: string) {
  try {
    const read = readNamedFile(file, MAX_ORDER);
    if (!read.ok) throw new Error(read.reason);
    return hostOrder.parse(JSON.parse(read.bytes.toString()));
  } catch (cause) {
    throw new OrchestratorError('ORC_USAGE', `There is no order for a host in ${file}`, {
      cause,
      cure: 'The spawner writes it; this command is not for people.',
    });
  }
}

const ownEnvironment = (env: CommandStreams['env']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

async function ask(
  text: string,
  options: readonly string[],
  streams: CommandStreams,
  log: Log,
): Promise<string | undefined> {
  try {
    const question = { text, options, waitMs: PERMISSION_WAIT_MS };
    return (await askAndWait(question, streams)).answer;
  } catch (error) {
    // No answer counts as a no: nobody could be asked.
    log(asOrchestratorError(error).line);
    return undefined;
  }
}

async function sayReady(
  problem: string | undefined,
  streams: CommandStreams,
  log: Log,
): Promise<void> {
  const data = problem === undefined ? {} : { problem: problem.slice(0, MAX_PROBLEM) };
  const statement = { family: 'turn', name: 'ready', call: 'ready' } as const;
  await sayWhenHeard({ ...statement, data, timeoutMs: STATE_TIMEOUT_MS }, streams, log);
}

/** By the same code as `orchestrator turn end`. */
async function sayTurnEnd(
  { problem, lastMessage }: TurnOutcome,
  taken: number,
  clean: (text: string) => string,
  streams: CommandStreams,
  log: Log,
): Promise<void> {
  const data = {
    taken,
    ...(lastMessage !== undefined && {
      lastMessage: clean(lastMessage).slice(0, MAX_LAST_MESSAGE),
    }),
    ...(problem && {
      problem: { code: problem.code, detail: clean(problem.detail).slice(0, MAX_PROBLEM) },
    }),
  };
  const statement = { family: 'turn', name: 'signalled', call: 'turn.end' } as const;
  await sayWhenHeard({ ...statement, data, timeoutMs: STATE_TIMEOUT_MS }, streams, log);
}

async function sayAnswer(text: string, streams: CommandStreams, log: Log): Promise<void> {
  const statement = { family: 'response', name: 'answer', call: 'answer' } as const;
  await sayWhenHeard({ ...statement, data: { text }, timeoutMs: STATE_TIMEOUT_MS }, streams, log);
}

async function sayNotice(text: string, streams: CommandStreams, log: Log): Promise<void> {
  const statement = { family: 'response', name: 'progress', call: 'progress' } as const;
  await sayWhenHeard({ ...statement, data: { text }, timeoutMs: STATE_TIMEOUT_MS }, streams, log);
}
