import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext, TestFn } from 'ava';
import type { LogLine } from '../../../core/log/append-log.ts';
import { derivedId, isToken, newAgentId } from '../../../schemas/ids.ts';
import { FileRefused } from '../../../spawner/runtime/file-refused.ts';
import type {
  AgentProcess,
  ExecOrder,
  ProcessSpec,
  Runtime,
} from '../../../spawner/runtime/runtime.ts';
import { Leavings } from '../../support/leavings.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { random } from '../../support/random.ts';
import { nthMessage, WritingHolder } from './writing-holder.ts';

/** A runtime under test, and another holder of the same processes, as a restarted spawner is one. */
export interface RuntimeUnderTest {
  runtime: Runtime;
  another(): Runtime;
  /** A file of an agent's workspace, also when the agent has ended. */
  read(agentId: string, file: string): Promise<Buffer>;
  /** File and arguments of a Node program that makes this runtime and calls `writeUntilKilled`. */
  holder: readonly string[];
}

const HOUR_MS = 3_600_000;
/** Spawners that are killed under one agent; `npm run chaos` does many. */
const KILLS = Number(process.env.CHAOS_ROUNDS ?? 3);

/** A run of a bash program. */
export function bashSpec(program: string, own: Partial<ProcessSpec> = {}): ProcessSpec {
  const agentId = own.agentId ?? newAgentId();
  return {
    agentId,
    runId: derivedId('run-', agentId),
    command: ['bash', '-c', program],
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8' },
    files: [],
    labels: {},
    expiresAt: new Date(Date.now() + HOUR_MS),
    ...own,
  };
}

export async function started(runtime: Runtime, spec: ProcessSpec): Promise<AgentProcess> {
  const result = await runtime.start(spec);
  if (!result.ok) throw new Error(result.reason);
  return result.process;
}

/** All lines of a stream from a position to the end of the process. */
export async function linesOf(
  process: AgentProcess,
  stream: 'stdout' | 'stderr' = 'stdout',
  after?: string,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const { signal } = new AbortController();
  for await (const batch of process.readLog(stream, after, signal)) lines.push(...batch);
  return lines;
}

export const text = (line: LogLine): string => Buffer.from(line.bytes).toString();

/** Resolves when a line has come. */
export async function untilLine(process: AgentProcess, wanted: string): Promise<LogLine> {
  const abort = new AbortController();
  for await (const batch of process.readLog('stdout', undefined, abort.signal)) {
    const line = batch.find((one) => text(one) === wanted);
    if (line) return line;
  }
  throw new Error(`the process ended without ${JSON.stringify(wanted)}`);
}

const message = (content: string): Uint8Array => Buffer.from(`${content}\n`);

/**
 * What every runtime owes; each adapter's test file runs it against the real thing.
 *
 * @param options.messages so many are written where it is about many
 */
export function conformance(
  test: TestFn,
  name: string,
  make: (t: Pick<ExecutionContext, 'teardown'>) => Promise<RuntimeUnderTest>,
  { messages = 100 }: { messages?: number } = {},
): void {
  const title = (fact: string) => `${name}: ${fact}`;

  const ends: (() => unknown)[] = [];
  test.after.always(title('the end of what several tests have used'), async () => {
    for (const end of ends) await end();
  });
  const ofAllTests = async (spec: ProcessSpec): Promise<AgentProcess> => {
    const { runtime } = await make({ teardown: (end) => ends.push(end) });
    return started(runtime, spec);
  };
  let idle: Promise<AgentProcess> | undefined;
  /** One that waits for stdin, which no test ends: what runs beside it is none of its business. */
  const idleAgent = () => {
    idle ??= ofAllTests(bashSpec('read -r _'));
    return idle;
  };

  test(title('who can attach to its runs calls its place by the same name, a token'), async (t) => {
    const { runtime, another } = await make(t);
    const place = await runtime.place();
    t.is(await another().place(), place);
    t.true(isToken(place), place);
  });

  test(title('messages reach stdin in order, each once'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('while read -r line; do echo "$line"; done'));
    const numbers = Array.from({ length: messages }, (_, index) => `message ${index}`);
    for (const each of numbers) await process.write(each, message(each));
    await process.closeStdin();
    t.deepEqual((await linesOf(process)).map(text), numbers);
    t.deepEqual(await process.exited, { code: 0, signal: null });
  });

  test(title('several lines, binary bytes and 1 MB arrive byte for byte'), async (t) => {
    const { runtime, read } = await make(t);
    const spec = bashSpec('cat > received');
    const process = await started(runtime, spec);
    const parts = [
      Buffer.from('one\ntwo\n\n'),
      Buffer.from([0, 1, 2, 255, 254, 10, 13]),
      Buffer.alloc(1024 * 1024, 'äöü😀'),
    ];
    for (const [index, part] of parts.entries()) await process.write(`part-${index}`, part);
    await process.closeStdin();
    await process.exited;
    const received = await read(spec.agentId, 'received');
    t.true(received.equals(Buffer.concat(parts)));
  });

  test(title('a message id is written once, whoever writes it again'), async (t) => {
    const { runtime, another } = await make(t);
    const spec = bashSpec('while read -r line; do echo "$line"; done');
    const process = await started(runtime, spec);
    t.is(await process.write('a', message('first')), 'written');
    t.is(await process.write('a', message('first')), 'already-written');
    await process.detach();
    const again = await another().attach(spec.agentId, spec.runId);
    if (!again) return t.fail('the run was not found');
    t.is(await again.write('a', message('first')), 'already-written');
    t.is(await again.write('b', message('second')), 'written');
    await again.closeStdin();
    t.deepEqual((await linesOf(again)).map(text), ['first', 'second']);
  });

  test(
    title('messages keep the order of the calls, also of calls that nobody waited for'),
    async (t) => {
      const { runtime } = await make(t);
      const process = await started(runtime, bashSpec('cat'));
      const numbers = Array.from({ length: messages }, (_, index) => `message ${index}`);
      const outcomes = numbers.map((each) => process.write(each, message(each)));
      const closed = process.closeStdin();
      t.true((await Promise.all(outcomes)).every((outcome) => outcome === 'written'));
      await closed;
      t.deepEqual((await linesOf(process)).map(text), numbers);
    },
  );

  test(title('nothing is said to be written that stdin will not give'), async (t) => {
    const { runtime, another } = await make(t);
    const spec = bashSpec('cat; echo end of input; sleep 1000');
    const process = await started(runtime, spec);
    await process.write('a', message('in time'));
    await process.closeStdin();
    t.is(await process.write('b', message('too late')), 'gone');
    t.is(await process.write('a', message('in time')), 'already-written');
    await untilLine(process, 'end of input');
    await process.signal('SIGKILL');
    await process.exited;
    const later = await another().attach(spec.agentId, spec.runId);
    t.is(await later?.write('a', message('in time')), 'already-written');
    t.is(await later?.write('b', message('too late')), 'gone');
    t.deepEqual((await linesOf(process)).map(text), ['in time', 'end of input']);
  });

  test(title('an agent that reads late gets everything before the end of input'), async (t) => {
    const { runtime, read } = await make(t);
    const spec = bashSpec(
      `trap 'cat > received; exit 0' INT; echo ready; while :; do sleep 0.01; done`,
    );
    const process = await started(runtime, spec);
    await untilLine(process, 'ready');
    const big = Buffer.alloc(1024 * 1024, 'more than a pipe holds\n');
    await process.write('a', big);
    await process.closeStdin();
    await process.signal('SIGINT');
    t.deepEqual(await process.exited, { code: 0, signal: null });
    t.true((await read(spec.agentId, 'received')).equals(big));
  });

  test(
    title(
      'an agent outlives its spawners, killed with kill -9 one after the other, and reads each message once',
    ),
    async (t) => {
      const { another, read, holder } = await make(t);
      const { seed, next } = random();
      t.log(`CHAOS_SEED=${seed}`);
      const spec = bashSpec('cat > received');
      let written = -1;
      let pid: number | undefined;
      for (let kills = 0; kills < KILLS; kills += 1) {
        const spawner = new WritingHolder(holder, spec, written + 1);
        await spawner.wrote(next(12));
        // Not an event of it but any moment within the next writes.
        await delay(next(8));
        await spawner.kill();
        written = spawner.written;
        const found = await another().attach(spec.agentId, spec.runId);
        pid ??= found?.pid;
        t.is(found?.pid, pid, 'it is the same process all along');
        await found?.detach();
      }
      const process = await started(another(), spec);
      t.is(process.pid, pid);
      // The next was written or was not, when its spawner died: both are told apart.
      for (const n of [1, 2, 3]) await process.write(String(written + n), nthMessage(written + n));
      await process.closeStdin();
      t.deepEqual(await process.exited, { code: 0, signal: null });
      const received = await read(spec.agentId, 'received');
      const sent = Array.from({ length: written + 4 }, (_, n) => nthMessage(n));
      t.true(written > KILLS, 'they wrote');
      t.true(received.equals(Buffer.concat(sent)));
    },
  );

  test(title('a run is started once, however often it is asked for'), async (t) => {
    const { runtime, another } = await make(t);
    const spec = bashSpec('echo here; read -r _');
    const [one, two] = await Promise.all([started(runtime, spec), started(another(), spec)]);
    t.is(one.pid, two.pid);
    await one.closeStdin();
    t.deepEqual((await linesOf(two)).map(text), ['here']);
  });

  test(title('an interrupt reaches the agent, which goes on'), async (t) => {
    const { runtime } = await make(t);
    const program = `trap 'echo interrupted' INT; echo ready; while true; do read -r line && break; done; echo "$line"`;
    const process = await started(runtime, bashSpec(program));
    await untilLine(process, 'ready');
    await process.signal('SIGINT');
    await untilLine(process, 'interrupted');
    await process.write('a', message('still here'));
    t.is((await linesOf(process)).map(text).at(-1), 'still here');
  });

  test(title('an agent that handles SIGTERM ends as it wants to'), async (t) => {
    const { runtime } = await make(t);
    const program = `trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done`;
    const process = await started(runtime, bashSpec(program));
    await untilLine(process, 'ready');
    await process.signal('SIGTERM');
    t.deepEqual(await process.exited, { code: 7, signal: null });
    t.is((await linesOf(process)).map(text).at(-1), 'bye');
  });

  test(title('SIGTERM and SIGKILL end the whole process group, and are told'), async (t) => {
    const { runtime } = await make(t);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const process = await started(runtime, bashSpec('echo ready; sleep 1000'));
      await untilLine(process, 'ready');
      await process.signal(signal);
      t.deepEqual(await process.exited, { code: null, signal });
      t.is(await process.write('late', message('late')), 'gone');
      await t.notThrowsAsync(process.signal(signal), 'a signal to one that ended does nothing');
    }
  });

  const endings: [string, (agent: AgentProcess) => Promise<unknown>][] = [
    ['its stdin ended', (agent) => agent.closeStdin()],
    ['it was terminated', (agent) => agent.signal('SIGTERM')],
    ['it was killed', (agent) => agent.signal('SIGKILL')],
    ['it crashed', (agent) => agent.write('crash', message('crash'))],
    ['its time was over', (agent) => agent.extend(new Date(0))],
  ];
  const others = new Leavings(['setsid sleep @ &']);
  let other: Promise<AgentProcess> | undefined;
  for (const [how, end] of endings) {
    test(title(`nothing that an agent has started outlives it: ${how}`), async (t) => {
      const { runtime } = await make(t);
      const own = new Leavings();
      const untilAsked = 'read -r how; [[ $how == crash ]] && kill -KILL $$; exit 0';
      other ??= ofAllTests(bashSpec(`${others.program}\nread -r _`));
      await other;
      const agent = await started(runtime, bashSpec(`${own.program}\n${untilAsked}`));
      await Promise.all([own.made(), others.made()]);

      await end(agent);
      const { left } = await agent.exited;

      t.deepEqual(own.alive(), []);
      t.is(left, undefined);
      t.is(others.alive().length, 1, 'what is another agent’s is left alone');
    });
  }

  test(title('exit codes are told, also to a holder that comes later'), async (t) => {
    const { runtime, another } = await make(t);
    for (const code of [0, 3, 77]) {
      const spec = bashSpec(`exit ${code}`);
      await (await started(runtime, spec)).detach();
      const later = await another().attach(spec.agentId, spec.runId);
      t.deepEqual(await later?.exited, { code, signal: null });
    }
  });

  test(title('a flood of 200,000 lines comes whole and in order'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('seq 200000'));
    let count = 0;
    let wrong = 0;
    const { signal } = new AbortController();
    for await (const batch of process.readLog('stdout', undefined, signal)) {
      for (const line of batch) {
        count += 1;
        if (text(line) !== String(count)) wrong += 1;
      }
    }
    t.deepEqual({ count, wrong }, { count: 200_000, wrong: 0 });
  });

  test(title('a line of 5 MB comes in pieces that make it up'), async (t) => {
    const { runtime } = await make(t);
    const program = `head -c 5242880 /dev/zero | tr '\\0' x; echo; printf 'no end'`;
    const process = await started(runtime, bashSpec(program));
    const lines = await linesOf(process);
    const end = lines.findIndex((line) => !line.continued);
    const pieces = lines.slice(0, end + 1);
    t.is(
      pieces.reduce((sum, { bytes }) => sum + bytes.length, 0),
      5_242_880,
    );
    t.true(pieces.every(({ bytes }) => bytes.length <= 64 * 1024));
    t.deepEqual(lines.slice(end + 1).map(text), ['no end']);
  });

  test(title('stdout and stderr stay apart'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('echo out; echo err >&2'));
    await process.exited;
    t.deepEqual((await linesOf(process, 'stdout')).map(text), ['out']);
    t.deepEqual((await linesOf(process, 'stderr')).map(text), ['err']);
  });

  test(title('logs are taken up behind a position without gap or repeat'), async (t) => {
    const { runtime, another } = await make(t);
    const spec = bashSpec('seq 1 500; read -r _; seq 501 1000');
    const process = await started(runtime, spec);
    const middle = await untilLine(process, '250');
    await process.detach();
    const later = await another().attach(spec.agentId, spec.runId);
    if (!later) return t.fail('the run was not found');
    await later.write('go', message('go'));
    const rest = (await linesOf(later, 'stdout', middle.position)).map(text);
    t.deepEqual(
      rest,
      Array.from({ length: 750 }, (_, index) => String(index + 251)),
    );
  });

  test(title('the environment is what was given, and nothing of the spawner'), async (t) => {
    const { runtime } = await make(t);
    const environment = {
      PATH: process.env.PATH ?? '',
      SECRET: 'a b\nc',
      HOME: '/nowhere',
      EMPTY: '',
      'a.dotted-name': 'kept',
      BASH_ENV: '/nowhere/either',
    };
    const spec = bashSpec('', { command: ['env', '-0'], environment });
    const lines = await linesOf(await started(runtime, spec));
    const given = lines
      .map(text)
      .join('\n')
      .split('\0')
      // The mark of the run.
      .filter((each) => !/^ORCHESTRATOR_RUN=|^$/.test(each));
    t.deepEqual(
      given.toSorted(),
      Object.entries(environment)
        .map(([variable, value]) => `${variable}=${value}`)
        .toSorted(),
    );
  });

  test(title('files are there before the start, and are replaced whole'), async (t) => {
    const { runtime } = await make(t);
    const files = [{ path: 'workspace/notes.txt', content: 'one\n', mode: 0o600 }];
    const spec = bashSpec('cat notes.txt; stat -c %a notes.txt; read -r _; cat notes.txt', {
      files,
    });
    const process = await started(runtime, spec);
    await untilLine(process, '600');
    await process.replaceFile({ path: 'workspace/notes.txt', content: 'two\n' });
    await process.write('go', message('go'));
    t.deepEqual((await linesOf(process)).map(text), ['one', '600', 'two']);
  });

  test(title('a file in a folder that is not there is written all the same'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('read -r _; cat deep/er/notes.txt'));
    await process.replaceFile({ path: 'workspace/deep/er/notes.txt', content: 'here\n' });
    await process.write('go', message('go'));
    t.deepEqual((await linesOf(process)).map(text), ['here']);
  });

  test(
    title('C4: a plain file of its home is read, while it runs and when it has ended'),
    async (t) => {
      const { runtime } = await make(t);
      const files = [{ path: 'deep/er/notes.txt', content: 'one\n' }];
      const process = await started(runtime, bashSpec('echo ready; read -r _', { files }));
      await untilLine(process, 'ready');
      const read = async (path: string, most = 4) => {
        const bytes = await process.readFile(path, most);
        return bytes && Buffer.from(bytes).toString();
      };
      for (const when of ['running', 'ended']) {
        t.is(await read('deep/er/notes.txt'), 'one\n', when);
        t.is(await read('deep/er/none.txt'), undefined, when);
        t.is(await read('none/er/notes.txt'), undefined, when);
        await t.throwsAsync(read('deep/er/notes.txt', 3), { instanceOf: FileRefused }, when);
        await process.closeStdin();
        await process.exited;
      }
    },
  );

  test(
    title('a file of a home is found while its agent runs, and when nothing but the home is left'),
    async (t) => {
      const { runtime } = await make(t);
      const program =
        'mkdir -p deep/er; echo one > deep/er/a-1.txt; ln -s deep link; ln -s deep/er/a-1.txt deep/b-2.txt; echo ready; read -r _';
      const process = await started(runtime, bashSpec(program));
      await untilLine(process, 'ready');
      const { agentId } = process;
      const find = async (ending: string, folder = 'workspace', most = 4) => {
        const found = await runtime.homeFile(agentId, folder, ending, most);
        return found && [found.path, Buffer.from(found.content).toString()];
      };
      for (const when of ['running', 'ended', 'removed']) {
        t.deepEqual(await find('-1.txt'), ['workspace/deep/er/a-1.txt', 'one\n'], when);
        t.is(await find('-2.txt'), undefined, `a link, ${when}`);
        t.is(await find('.txt', 'workspace/link'), undefined, `through a link, ${when}`);
        t.is(await find('.txt', 'none'), undefined, when);
        await t.throwsAsync(find('-1.txt', 'workspace', 3), { instanceOf: FileRefused }, when);
        if (when === 'running') await process.closeStdin();
        await process.exited;
        if (when === 'ended') await process.remove();
      }
      await runtime.removeHome(agentId);
      t.is(await find('-1.txt'), undefined, 'gone');
    },
  );

  test(title('C4: nothing but a plain file is read, and through no link'), async (t) => {
    const { runtime } = await make(t);
    const outside = await temporaryFolder(t);
    await writeFile(join(outside, 'secret'), 'secret');
    const program = [
      `ln -s ${outside} out; ln -s ${outside}/secret file; mkdir in; echo x > in/x; ln -s in link`,
      'ln -s in/x to-x; mkfifo pipe; ln -s loop loop; ln -s nowhere gone; touch flat; echo ready; read -r _',
    ];
    const process = await started(runtime, bashSpec(program.join('\n')));
    await untilLine(process, 'ready');

    for (const path of [
      'out/secret',
      'file',
      'link/x',
      'to-x',
      'pipe',
      'loop',
      'gone',
      'flat/x',
      'in',
    ]) {
      const reading = process.readFile(`workspace/${path}`, 1000);
      await t.throwsAsync(reading, { instanceOf: FileRefused, message: /cannot be read/ }, path);
    }
    t.deepEqual(await process.readFile('workspace/in/x', 1000).then(String), 'x\n');
  });

  test(title('F12: no file is written where a link leads out of the agent’s own'), async (t) => {
    const { runtime, read } = await make(t);
    const outside = await temporaryFolder(t);
    const links = `ln -s ${outside} out; ln -s ${outside}/x file; ln -s ../.orchestrator kept`;
    const more = 'mkdir -p real folder/in; ln -s real in; ln -s .. home; ln -s loop loop';
    const program = `${links}; ${more}; touch flat; echo ready; read -r _`;
    const process = await started(runtime, bashSpec(program));
    await untilLine(process, 'ready');
    const write = (path: string) =>
      process.replaceFile({ path: `workspace/${path}`, content: `to ${path}` });

    for (const path of [
      'out/x',
      'out/deep/x',
      'file',
      'kept/x',
      'home/runs/x',
      'flat/x',
      'folder',
      'loop',
      'loop/x',
    ]) {
      await t.throwsAsync(write(path), { instanceOf: FileRefused }, path);
    }
    t.deepEqual(await readdir(outside), []);
    for (const path of ['in/a', 'home/workspace/b', 'real/c']) await write(path);
    t.is(String(await read(process.agentId, 'real/a')), 'to in/a');
    t.is(String(await read(process.agentId, 'b')), 'to home/workspace/b');
    t.is(String(await read(process.agentId, 'real/c')), 'to real/c');
  });

  const execOrder = (program: string, own: Partial<ExecOrder> = {}): ExecOrder => ({
    command: ['bash', '-c', program],
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', WORD: 'from outside' },
    timeoutMs: 30_000,
    outputBytes: 1_000,
    signal: new AbortController().signal,
    ...own,
  });

  test(
    title('another program runs in the workspace, with its outputs and exit code'),
    async (t) => {
      const { runtime } = await make(t);
      const agent = await started(runtime, bashSpec('echo mine > file; echo ready; read -r _'));
      await untilLine(agent, 'ready');
      const { stdout, stderr, ...how } = await agent.exec(
        execOrder('cat file; echo "$WORD" >&2; cat; exit 3'),
      );
      t.is(Buffer.from(stdout).toString(), 'mine\n');
      t.is(Buffer.from(stderr).toString(), 'from outside\n');
      t.deepEqual(how, { ended: 'exit', exit: { code: 3, signal: null } });
      t.is(await agent.write('a', message('the agent is none the wiser')), 'written');
      t.deepEqual(await agent.exited, { code: 0, signal: null });
    },
  );

  test(title('A4: a program that no kernel takes comes to a failure, not a throw'), async (t) => {
    const agent = await idleAgent();
    for (const word of ['a\0b', 'x'.repeat(4 * 1024 * 1024)]) {
      const outcome = await agent.exec(execOrder('', { command: ['echo', word] }));
      t.not(outcome.ended, 'timeout');
      t.notDeepEqual(outcome.ended === 'exit' && outcome.exit.code, 0);
    }
    t.is((await agent.exec(execOrder('exit 0'))).ended, 'exit');
  });

  test(
    title('another program that takes too long ends, and so does what it started'),
    async (t) => {
      const agent = await idleAgent();
      const program = 'echo begun; (sleep 3; echo late > late) & wait';
      const outcome = await agent.exec(execOrder(program, { timeoutMs: 500 }));
      t.is(outcome.ended, 'timeout');
      t.is(Buffer.from(outcome.stdout).toString(), 'begun\n');
      const after = await agent.exec(execOrder('sleep 4; cat late'));
      t.like(after, { ended: 'exit', exit: { code: 1 } });
    },
  );

  test(
    title('what another program has started ends with the agent, and none runs after that'),
    async (t) => {
      const { runtime } = await make(t);
      const leavings = new Leavings(['setsid sleep @ >/dev/null 2>&1 </dev/null &']);
      const agent = await started(runtime, bashSpec('read -r _'));
      await agent.exec(execOrder(leavings.program));
      await leavings.made();

      await agent.closeStdin();
      await agent.exited;

      t.deepEqual(leavings.alive(), []);
      t.is((await agent.exec(execOrder(leavings.program))).ended, 'failed');
      t.deepEqual(leavings.alive(), []);
    },
  );

  test(title('of a flood of another program the first bytes are kept'), async (t) => {
    const agent = await idleAgent();
    const outcome = await agent.exec(execOrder('yes | head -c 5000000; exit 0'));
    t.is(outcome.stdout.length, 1_000);
    t.like(outcome, { ended: 'exit', exit: { code: 0 } });
  });

  test(
    title('another program that is not there, or is not wanted any more, fails in words'),
    async (t) => {
      const agent = await idleAgent();
      const missing = await agent.exec(execOrder('', { command: ['no-such-program-here'] }));
      t.true(missing.ended !== 'exit' || missing.exit.code !== 0);
      const abort = new AbortController();
      const running = agent.exec(execOrder('sleep 60', { signal: abort.signal }));
      abort.abort();
      t.is((await running).ended, 'failed');
    },
  );

  test(title('a program that is not there is a failure with a reason'), async (t) => {
    const { runtime } = await make(t);
    const result = await runtime.start(bashSpec('', { command: ['no-such-program-here'] }));
    t.false(result.ok);
    t.true(!result.ok && result.reason.includes('no-such-program-here'));
  });

  test(
    title('D2: a program that the command runs is looked for, with how to get it'),
    async (t) => {
      const { runtime } = await make(t);
      const needs = [
        { program: 'bash', cure: 'it is there' },
        { program: 'no-such-cli', cure: '`npm run agents no-such-cli` installs it' },
      ];
      const result = await runtime.start(bashSpec('', { needs }));
      t.deepEqual(result, {
        ok: false,
        reason:
          'no-such-cli is not there, or may not be run; `npm run agents no-such-cli` installs it',
      });
    },
  );

  test(title('a file that may not be run is a failure with a reason'), async (t) => {
    const { runtime } = await make(t);
    const files = [{ path: 'workspace/program', content: '#!/bin/sh\n', mode: 0o600 }];
    const result = await runtime.start(bashSpec('', { command: ['./program'], files }));
    t.true(!result.ok && result.reason.includes('./program'));
  });

  test(title('a program may be among the files'), async (t) => {
    const { runtime } = await make(t);
    const files = [{ path: 'workspace/run=it', content: '#!/bin/sh\necho "$1"\n', mode: 0o700 }];
    const spec = bashSpec('', { command: ['./run=it', 'two words'], files });
    t.deepEqual((await linesOf(await started(runtime, spec))).map(text), ['two words']);
  });

  test(title('a run that has not ended is not forgotten'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('cat'));
    await t.throwsAsync(process.remove());
    t.is(await process.write('a', message('still here')), 'written');
    await process.closeStdin();
    t.deepEqual((await linesOf(process)).map(text), ['still here']);
  });

  test(title('runs are listed, and forgotten when they are removed'), async (t) => {
    const { runtime } = await make(t);
    const [ended, alive] = [bashSpec('true'), bashSpec('read -r _')];
    const process = await started(runtime, ended);
    const other = await started(runtime, alive);
    await process.exited;
    const status = ({ agentId, runId }: ProcessSpec, running: boolean) => ({
      agentId,
      runId,
      running,
    });
    const listed = await runtime.list();
    t.deepEqual(
      listed.toSorted((a, b) => Number(a.running) - Number(b.running)),
      [status(ended, false), status(alive, true)],
    );
    await process.remove();
    await other.closeStdin();
    await other.exited;
    t.is((await runtime.list()).length, 1);
    t.is(await runtime.attach(ended.agentId, ended.runId), undefined);
  });

  test(title('an agent that nobody extends ends some grace after its time'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(
      runtime,
      bashSpec('read -r _', { expiresAt: new Date(Date.now() + 1000) }),
    );
    t.deepEqual(await process.exited, { code: null, signal: 'SIGTERM' });
  });

  test(title('an agent that is extended in time lives on'), async (t) => {
    const { runtime } = await make(t);
    const left = await started(runtime, bashSpec('read -r _'));
    const kept = await started(runtime, bashSpec('read -r _'));
    const soon = new Date(Date.now() + 1000);
    await Promise.all([left.extend(soon), kept.extend(soon)]);
    await kept.extend(new Date(Date.now() + HOUR_MS));
    t.deepEqual(await left.exited, { code: null, signal: 'SIGTERM' });
    t.is(await kept.write('still', message('here')), 'written');
    t.deepEqual(await kept.exited, { code: 0, signal: null });
  });

  test(title('an earlier end holds as well'), async (t) => {
    const { runtime } = await make(t);
    const process = await started(runtime, bashSpec('read -r _'));
    await process.extend(new Date(Date.now() - HOUR_MS));
    t.deepEqual(await process.exited, { code: null, signal: 'SIGTERM' });
  });
}
