import test from 'ava';
import { Cli } from 'clipanion';
import { KIND_NAMES } from '../../agents/agent-kinds.ts';
import { COMMAND_FILES, calledCommand } from '../../cli/command-files.ts';
import { nearest } from '../../cli/nearest.ts';
import { requireText } from '../../cli/valid-arguments.ts';
import { COMMAND_TABLE, commandEntry, commandOption } from '../../schemas/command-table.ts';
import { oneLine, runHere } from './run-here.ts';

test('a command line that is not understood says what is wrong and which help to read', async (t) => {
  const cases: [string[], string][] = [
    [['answr', 'x'], 'There is no command "answr". Did you mean `orchestrator answer`?'],
    [['frobnicate'], 'There is no command "frobnicate". See `orchestrator --help`.'],
    [[''], 'There is no command "". See'],
    [['constructor'], 'There is no command "constructor". See'],
    [['help', 'quux'], 'There is no command "quux". See'],
    [['-x'], 'There is no option "-x". See'],
    [['turn'], 'There is no command "turn". Try `orchestrator turn end`.'],
    [['project', 'delete'], 'There is no command "project delete". Try `orchestrator project c'],
    [['answer', 'two', 'words'], 'answer: The arguments do not fit; a text of several words'],
    [['answer', '--nope', 'x'], 'answer: Unsupported option name ("--nope"). See `orchestrator a'],
    [['answer', '--json=5', 'x'], 'answer: Invalid option name ("--json=5"). See'],
    [['project', 'create'], 'project create: '],
    [['project', 'create', '--name'], 'project create: Not enough arguments to option --name.'],
    [['project', 'list', 'x'], 'project list: Extraneous positional argument ("x"). See'],
    [['stop'], 'stop: Not enough positional arguments. See `orchestrator stop --help`.'],
    [['agents', '--timeout', 'soon'], '--timeout "soon" is no duration such as 30s, 10m or 2h.'],
  ];
  for (const [args, said] of cases) {
    const { code, stdout, stderr } = await runHere(args, {});
    t.is(code, 2, args.join(' '));
    t.is(stdout, '');
    t.regex(stderr, oneLine('ORC_USAGE'));
    t.true(stderr.startsWith(`orchestrator: ORC_USAGE: ${said}`), stderr);
  }
});

test('help of a command is asked for before or behind its name', async (t) => {
  const behind = await runHere(['project', 'create', '--help'], {});
  t.deepEqual(await runHere(['help', 'project', 'create'], {}), behind);
  t.is(behind.code, 0);
  t.deepEqual(await runHere([], {}), await runHere(['help'], {}));
});

for (const { path } of COMMAND_TABLE) {
  const name = path.join(' ');
  test(`${name} has the options that the table has`, async (t) => {
    const called = calledCommand(path);
    if (called === undefined) return t.fail();
    const cli = new Cli();
    cli.register(await COMMAND_FILES[called]());
    const [definition] = cli.definitions();
    const shape = (flags: readonly string[], what: string | undefined) =>
      `${[...flags].sort().join(',')}: ${what}`;
    const defined =
      definition?.options.map((one) => shape(namesOf(one.definition), one.description)) ?? [];
    const { options } = commandEntry(called);
    const wanted = options.map(({ flags, what }) => {
      // The registry of kinds says which there are; the table may not import it.
      const kinds = flags === '--kind' ? ` One of ${KIND_NAMES.join(', ')}.` : '';
      return shape(flags.split(','), `${what}${kinds}`);
    });
    t.deepEqual(defined.sort(), wanted.sort());
    return undefined;
  });
}

/** `--lines,-n #0` */
const namesOf = (definition: string) => (definition.split(' ')[0] ?? '').split(',');

test('an option that the table does not have is a mistake of ours', (t) => {
  t.throws(() => commandOption('answer', '--nope'), { message: 'answer has no option --nope' });
});

test('the nearest name is one that could have been meant', (t) => {
  t.is(nearest('evnets', ['events', 'extend']), 'events');
  t.is(nearest('xyzzy', ['events', 'extend']), undefined);
  t.is(nearest('x', []), undefined);
});

test('a replacement character that was typed is text', (t) => {
  t.notThrows(() => requireText(['a \uFFFD', 'b']));
});
