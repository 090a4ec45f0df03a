import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { processesWith } from '../../support/process-tree.ts';
import { dataFolder, environment } from '../../support/system.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');

/** `script` of util-linux gives a program a terminal. */
const hasTerminals = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;
const onTerminal = hasTerminals ? test.serial : test.serial.skip;

/** A command on a terminal of its own. */
class TerminalSession {
  readonly #child: ChildProcess;
  readonly done: Promise<number | null>;
  #screen = '';
  #from = 0;
  #heard: (() => void)[] = [];

  constructor(t: ExecutionContext, command: string, env: NodeJS.ProcessEnv) {
    const line = `'${process.execPath}' '${MAIN}' ${command}`;
    this.#child = spawn('script', ['-qefc', line, '/dev/null'], { env });
    t.teardown(() => this.#child.kill('SIGKILL'));
    this.#child.stdout?.on('data', (chunk) => this.#hear(String(chunk)));
    this.done = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Resolves when the screen has shown it, after what was waited for before. */
  async shows(words: string): Promise<void> {
    const ended = this.done.then(() => {
      throw new Error(`it ended before it showed ${words}: ${this.#screen}`);
    });
    ended.catch(() => undefined);
    for (;;) {
      const at = this.#screen.indexOf(words, this.#from);
      if (at >= 0) {
        this.#from = at + words.length;
        return;
      }
      await Promise.race([new Promise<void>((resolve) => this.#heard.push(resolve)), ended]);
    }
  }

  #hear(chunk: string): void {
    this.#screen += chunk;
    const heard = this.#heard;
    this.#heard = [];
    for (const wake of heard) wake();
  }
}

onTerminal('a chat in the terminal: messages, commands, a new agent, a clean end', async (t) => {
  const folder = dataFolder(t);
  const env = { ...environment(folder), TERM: 'xterm' };
  const chat = new TerminalSession(t, 'start', env);
  await chat.shows('started agent-');

  chat.type('hello\r');
  await chat.shows('⏳ …');
  await chat.shows('[1] You said: hello');
  chat.type('two\\\rlines\r');
  await chat.shows('[2] You said: two\r\nlines');
  chat.type('/status\r');
  await chat.shows(' is ready; kind demo;');
  chat.type('/logs\r');
  await chat.shows('demo agent: ready');
  chat.type('/nonsense\r');
  await chat.shows('There is no /nonsense.');
  chat.type('/help\r');
  await chat.shows('/interrupt');
  chat.type('/interrupt\r/new\r');
  await chat.shows('has ended: stop');
  await chat.shows('started agent-');
  chat.type('again\r');
  await chat.shows('[1] You said: again');
  chat.type('/stop\r');
  await chat.shows('has ended: stop');
  chat.type('/stop\r');
  chat.type('once more\r');
  await chat.shows('started agent-');
  await chat.shows('[1] You said: once more');
  chat.type('/quit\r');

  t.is(await chat.done, 0);
  t.deepEqual(processesWith(folder), []);
});

onTerminal(
  'a chat with a running system leaves it running; Ctrl-D ends only the chat',
  async (t) => {
    const folder = dataFolder(t);
    const env = { ...environment(folder), TERM: 'xterm' };
    const first = new TerminalSession(t, 'start', env);
    await first.shows('started agent-');
    const second = new TerminalSession(t, 'chat', env);
    await second.shows('still running: agent-');

    second.type('from the second\r');
    await second.shows('[1] You said: from the second');
    await first.shows('[1] You said: from the second');
    second.type('\x04');

    t.is(await second.done, 0);
    first.type('still there\r');
    await first.shows('[2] You said: still there');
    first.type('\x03');
    t.is(await first.done, 0);
  },
);

onTerminal('a turn that fails is shown with reason and cure, and a chat goes on', async (t) => {
  const env = {
    ...environment(dataFolder(t), {
      ORCHESTRATOR_AGENT: 'line',
      ORCHESTRATOR_LINE_COMMAND: 'read -r m; exit 3',
    }),
    TERM: 'xterm',
  };
  const chat = new TerminalSession(t, 'start', env);
  await chat.shows('started agent-');

  chat.type('hello\r');

  await chat.shows('❌ ORC_AGENT_CRASHED: ');
  chat.type('hello again\r');
  await chat.shows('started agent-');
  await chat.shows('❌ ORC_AGENT_CRASHED: ');
  chat.type('\x04');
  t.is(await chat.done, 0);
});
