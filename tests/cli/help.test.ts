import test from 'ava';
import { renderInstructions } from '../../schemas/agent-instructions.ts';
import { COMMAND_TABLE } from '../../schemas/command-table.ts';
import { orchestrator } from '../support/system.ts';
import { onTerminal, TerminalSession } from '../support/terminal.ts';
import { runHere } from './run-here.ts';

const env = { PATH: process.env.PATH };

test('help lists every command; --version is the version of the package', async (t) => {
  const { code, stdout } = await orchestrator(['--help'], { env });
  t.is(code, 0);
  for (const { path } of COMMAND_TABLE) t.true(stdout.includes(`orchestrator ${path.join(' ')}`));
  t.regex((await orchestrator(['--version'], { env })).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('D10: help names the values of options', async (t) => {
  const send = await runHere(['send', '--help'], env);
  t.regex(send.stdout, /--mode <mode> +What it does while a turn runs/);
  const all = await runHere(['--help'], env);
  t.true(all.stdout.includes('<--name,-n <text>>'));
  t.false(all.stdout.includes('#0'));
});

onTerminal(
  'D10: help has no colours where NO_COLOR is set, or the terminal has none',
  async (t) => {
    const screenOf = async (NO_COLOR: string, terminal?: string) => {
      const session = new TerminalSession(t, ['send', '--help'], { ...env, NO_COLOR }, terminal);
      await session.done;
      return session.screen;
    };
    t.true((await screenOf('')).includes('\x1b['));
    t.false((await screenOf('1')).includes('\x1b'));
    t.false((await screenOf('', 'dumb')).includes('\x1b'));
  },
);

for (const { path, examples } of COMMAND_TABLE) {
  test(`${path.join(' ')} --help shows its examples`, async (t) => {
    const { code, stdout } = await runHere([...path, '--help'], env);
    t.is(code, 0);
    for (const [, line] of examples) t.true(stdout.includes(line), line);
  });
}

test('the instructions of an agent have the commands that it may use, and no others', (t) => {
  const all = renderInstructions(undefined);
  t.true(all.includes('orchestrator answer "Done!'));
  t.true(all.includes('orchestrator project create --name myapp'));
  t.false(all.includes('orchestrator stop'));
  t.false(renderInstructions(['respond']).includes('project create'));
  const own =
    /## `orchestrator history --mine`\n\n[^`]+```sh\norchestrator history --mine --grep \w+\n```/;
  for (const tools of [undefined, ['respond'], ['project'], []]) {
    t.regex(renderInstructions(tools, [], true), own, 'each may look up what it has forgotten');
    t.notRegex(renderInstructions(tools), own, 'but for one that reaches no API');
  }
  const silent = renderInstructions(['project']);
  t.true(silent.includes('orchestrator project create --name myapp'));
  t.true(silent.includes('you may not speak to the user'));
  t.false(silent.includes('Finish every task with'));
  t.false(silent.includes('orchestrator answer -'));
});
