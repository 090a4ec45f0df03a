import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newAgentId } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { AGENT_CLIS } from '../agents/conformance/support/agent-kinds.ts';
import { command } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import type { ModelScript } from '../support/model-server/model-request.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { answersEach, quoted, unanswered } from '../support/model-server/scripts.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { finished, startSystem, type TestSystem } from '../support/system.ts';
import { Cleanup, median, percentile, round } from './measure.ts';

const ORCHESTRATOR = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'orchestrator');

const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 31);

/** Milliseconds since a message was given, by what had happened. */
type Marks = Map<string, number[]>;

/**
 * The real Claude CLI with a scripted model on loopback: from a message that is stored to its answer
 * and the end of its turn; beside the same CLI with nobody in between, whose model asks for a shell
 * command that does nothing.
 */
export async function claudeLatency(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const model = await ModelServer.start(cleanup);
  const bare = await bareClaude(cleanup, model);
  model.script = answersEach;
  const system = await startSystem(cleanup, { env: claudeSettings(model) });
  const agentId = newAgentId();
  const log = await system.log();
  const create = { kind: 'claude', ttlMs: 3_600_000, turnDeadlineMs: 120_000 };
  await log.append(command(agentId, 'command.create', create));
  await untilEvent(log, ({ type }) => type === 'process.ready', AbortSignal.timeout(60_000));
  const ours = await ourTurns(system, model, agentId);
  const waits = await sendAndWait(system, agentId);
  await system.stop();
  const load = `Load of the machine: ${round(loadavg()[0] ?? 0)} on ${cpus().length} cores.`;
  return [...table('the CLI alone', bare), '', ...table('ours', ours), '', ...waits, '', load];
}

const claudeSettings = ({ url }: ModelServer): Record<string, string> => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: 'dummy',
  PATH: `${join(AGENT_CLIS, '.bin')}:${process.env.PATH}`,
});

/** A model that asks for a command which does nothing, and ends its turn. */
const runsNothing: ModelScript = (request) =>
  unanswered(request).length > 0 && request.tools.length > 0
    ? {
        do: 'shell',
        command: `: ${quoted(
          unanswered(request)
            .map((name) => `<${name}>`)
            .join(' '),
        )}`,
      }
    : { do: 'say', text: 'Done.' };

async function bareClaude(cleanup: Cleanup, model: ModelServer): Promise<Marks> {
  model.script = runsNothing;
  const home = mkdtempSync(join(tmpdir(), 'bare-claude-'));
  cleanup.teardown(() => removeFolder(home));
  const args = ['-p', '--verbose', '--input-format', 'stream-json', '--output-format'];
  const cli = spawn('claude', [...args, 'stream-json', '--dangerously-skip-permissions'], {
    cwd: home,
    env: {
      ...claudeSettings(model),
      HOME: home,
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
  });
  cleanup.teardown(() => cli.kill('SIGKILL'));
  let ended = () => {};
  createInterface({ input: cli.stdout }).on('line', (line) => {
    if (line.includes('"type":"result"')) ended();
  });
  return takeTurns(model, async (name) => {
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const begin = performance.now();
    const text = `MSG[${name}] please answer`;
    cli.stdin.write(
      `${JSON.stringify({ type: 'user', message: { role: 'user', content: text } })}\n`,
    );
    await end;
    return { begin, marks: { 'the end of its turn': performance.now() } };
  });
}

async function ourTurns(system: TestSystem, model: ModelServer, agentId: string): Promise<Marks> {
  const log = await system.log();
  const heard = new Map<string, number>();
  let ended = () => {};
  const abort = new AbortController();
  const from = { sequence: (await log.lastSequence('EVENTS')) + 1 };
  const following = (async () => {
    const options = { stream: 'EVENTS', from, signal: abort.signal } as const;
    for await (const { messages } of log.follow(options)) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind !== 'event') continue;
        heard.set(parsed.event.type, performance.now());
        if (parsed.event.type === 'turn.ended') ended();
      }
    }
  })();
  const marks = await takeTurns(model, async (name) => {
    heard.clear();
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const data = { text: `MSG[${name}] please answer`, mode: 'join' as const };
    await log.append(command(agentId, 'command.send', data));
    const begin = performance.now();
    await end;
    return { begin, marks: Object.fromEntries(heard) };
  });
  abort.abort();
  await following;
  return marks;
}

/** One turn after the other; what the model saw of each is a mark too. */
async function takeTurns(
  model: ModelServer,
  turn: (name: string) => Promise<{ begin: number; marks: Record<string, number> }>,
): Promise<Marks> {
  const all: Marks = new Map();
  for (let message = 0; message <= MESSAGES; message += 1) {
    const calls: number[] = [];
    model.heard = () => calls.push(performance.now());
    const { begin, marks } = await turn(`m${message}`);
    // The first one warms up.
    if (message === 0) continue;
    const [first = 0, second = 0] = calls;
    const seen = { ...marks, 'its first call of the model': first, 'its second': second };
    for (const [what, at] of Object.entries(seen)) {
      all.set(what, [...(all.get(what) ?? []), at - begin]);
    }
  }
  return all;
}

async function sendAndWait(system: TestSystem, agentId: string): Promise<string[]> {
  const spent: number[] = [];
  for (let message = 0; message <= MESSAGES; message += 1) {
    const begin = performance.now();
    const args = ['send', agentId, `MSG[w${message}] please answer`, '--wait'];
    const { code, stderr } = await finished(spawn(ORCHESTRATOR, args, { env: system.env }));
    if (code !== 0) throw new Error(stderr);
    if (message > 0) spent.push(performance.now() - begin);
  }
  return [
    `\`orchestrator send --wait\`, from exec to exit: median ${round(median(spent))} ms, P95 ${round(percentile(spent, 95))} ms`,
  ];
}

function table(whose: string, marks: Marks): string[] {
  const rows = [...marks]
    .sort(([, one], [, other]) => median(one) - median(other))
    .map(([what, ms]) => `| ${what} | ${round(median(ms))} | ${round(percentile(ms, 95))} |`);
  return [`| ${whose}: from a message to … | median, ms | P95 |`, '| --- | --- | --- |', ...rows];
}
