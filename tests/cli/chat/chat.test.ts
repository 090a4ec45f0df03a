import '../../support/measured-children.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processesWith } from '../../support/process-tree.ts';
import { dataFolder, environment, orchestrator } from '../../support/system.ts';
import { onTerminal, TerminalSession } from '../../support/terminal.ts';
import { terminalOfFile } from './terminal-of-file.ts';

onTerminal('a chat in the terminal: messages, commands, a new agent, a clean end', async (t) => {
  const folder = dataFolder(t);
  const env = environment(folder);
  const chat = new TerminalSession(t, ['start'], env);
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
  await chat.shows('There is no /nonsense here; if it is for the agent, say //nonsense.');
  chat.type('/help\r');
  await chat.shows('/interrupt');
  chat.type('/interrupt\r/new\r');
  await chat.shows('has ended: stop');
  await chat.shows('started agent-');
  chat.type('again\r');
  await chat.shows('[1] You said: again');
  // D3: a command of the agent's own.
  chat.type('//cost\r');
  await chat.shows('[2] You said: /cost');
  chat.type('/stop\r');
  await chat.shows('has ended: stop');
  chat.type('/stop\r');
  chat.type('once more\r');
  await chat.shows('goes on where it left off: agent-');
  await chat.shows('[3] You said: once more');
  chat.type('/resume\r');
  await chat.shows('1. demo (demo), ended ');
  await chat.shows('/resume 1 goes on with the first.');
  chat.type('/resume 7\r');
  await chat.shows('There is no 7.');
  chat.type('/resume 1\r');
  await chat.shows('goes on where it left off: agent-');
  chat.type('and the first\r');
  await chat.shows('[3] You said: and the first');
  chat.type('/quit\r');

  t.is(await chat.done, 0);
  t.deepEqual(processesWith(folder), []);
});

/** Of the demo agent: the first who asks for it starts it, and the last test of it ends it. */
const demo = terminalOfFile();

onTerminal('D10: a newcomer is told that the demo agent is no AI', async (t) => {
  const { folder } = await demo();
  const env = environment(folder, { ORCHESTRATOR_USER: 'newcomer' });
  const chat = new TerminalSession(t, ['chat'], env);

  await chat.shows('started agent-');
  await chat.shows('no AI. A real one: ORCHESTRATOR_AGENT=claude npm start');

  chat.type('\x04');
  t.is(await chat.done, 0);
});

onTerminal(
  'a chat with a running system leaves it running; Ctrl-D ends only the chat',
  async (t) => {
    const { terminal: first, folder } = await demo();
    const second = new TerminalSession(t, ['chat'], environment(folder));
    await second.shows('still running: agent-');

    second.type('from the second\r');
    await second.shows('[1] You said: from the second');
    await first.shows('[1] You said: from the second');
    second.type('\x04');

    t.is(await second.done, 0);
    first.type('still there\r');
    await first.shows('[2] You said: still there');
    first.type('\x03');
    await first.shows('Ctrl-C again ends the chat, your agent and the system.');
    first.type('\x03');
    t.is(await first.done, 0);
  },
);

onTerminal('D6: a terminal that is closed ends everything in order', async (t) => {
  const folder = dataFolder(t);
  const chat = new TerminalSession(t, ['start'], environment(folder));
  await chat.shows('started agent-');

  chat.close();

  while (processesWith(folder).length > 0) await delay(50);
  const log = await readFile(join(folder, 'system.log'), 'utf8');
  t.notRegex(log, /uncaught/);
  t.pass();
});

/** Takes a message, works until it is interrupted, ends in a turn, asks, or answers what it was told. */
const WORKING = `trap 'orchestrator answer interrupted; busy=' INT
while read -r m; do
  case "$m" in
    work*) orchestrator progress working; busy=yes; while [ "$busy" ]; do sleep 0.1; done ;;
    *die*) exit 3 ;;
    ask) a=$(orchestrator ask --wait --option once --option always --option no 'May I?')
      orchestrator answer "it is $a" ;;
    *) orchestrator answer "took: $m" ;;
  esac
done`;
const worker = { ORCHESTRATOR_AGENT: 'line', ORCHESTRATOR_LINE_COMMAND: WORKING };
const working = terminalOfFile(worker);

/** The end of an agent that would outlive the system which others go on with. */
async function stopped(chat: TerminalSession): Promise<void> {
  chat.type('/stop\r');
  await chat.shows('has ended: stop');
}

onTerminal('D4, D5: a choice by its number, and a paste of several lines', async (t) => {
  const { folder } = await working();
  const env = environment(folder, { ...worker, ORCHESTRATOR_USER: 'chooser' });
  const chat = new TerminalSession(t, ['chat'], env);
  await chat.shows('started agent-');

  chat.type('ask\r');
  await chat.shows('3. no');
  chat.type('maybe\r');
  await chat.shows('That is none of the choices');
  chat.type('3\r');
  await chat.shows('it is no');
  chat.type('\x1b[200~one\rtwo\rthree\x1b[201~\r');
  await chat.shows('took: one\\ntwo\\nthree');
  chat.type('/mode wait\r');
  await chat.shows('gets an answer of its own');
  await stopped(chat);
  chat.type('\x04');

  t.is(await chat.done, 0);
});

onTerminal('a turn that fails is shown with reason and cure, and a chat goes on', async (t) => {
  const { folder } = await working();
  const env = environment(folder, { ...worker, ORCHESTRATOR_USER: 'unlucky' });
  const chat = new TerminalSession(t, ['chat'], env);
  await chat.shows('started agent-');

  chat.type('die\r');

  await chat.shows('❌ ORC_AGENT_CRASHED: ');
  chat.type('die again\r');
  await chat.shows('goes on where it left off: agent-');
  await chat.shows('a digest of what was said');
  await chat.shows('❌ ORC_AGENT_CRASHED: ');
  chat.type('\x04');
  t.is(await chat.done, 0);
});

onTerminal('D7: the first Ctrl-C interrupts the turn, a second ends the chat', async (t) => {
  const { terminal: chat, folder } = await working();

  chat.type('work\r');
  await chat.shows('⏳ working');
  chat.type('\x03');
  await chat.shows('Interrupting the turn. Ctrl-C again ends the chat, your agent and the system.');
  await chat.shows('interrupted');
  chat.type('\x03');

  t.is(await chat.done, 0);
  t.deepEqual(processesWith(folder), []);
});

onTerminal('D7: the end of the chat ends the agents of this terminal, and no others', async (t) => {
  const folder = dataFolder(t);
  const env = environment(folder);
  const chat = new TerminalSession(t, ['start'], env);
  await chat.shows('started agent-');
  const args = ['create', '--owner', 'telegram/42'];
  const theirs = (await orchestrator(args, { env })).stdout.trim();

  chat.type('\x04');

  await chat.shows(`${theirs} kept running`);
  t.is(await chat.done, 0);
  t.false(chat.screen.includes('still be running'));
  const { stdout } = await orchestrator(['start'], { env, input: '' });
  t.is(stdout, '');
  t.true(processesWith(folder).length > 0);
  const again = new TerminalSession(t, ['start'], env);
  await again.shows('goes on where it left off: agent-');
  const send = await orchestrator(['send', theirs, '--wait', 'still there?'], { env });
  t.is(send.stdout, '[1] You said: still there?\n');
  await orchestrator(['stop', theirs], { env });
  again.type('\x04');
  await again.done;
  t.deepEqual(processesWith(folder), []);
});
