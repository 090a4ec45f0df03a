import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { runHost } from '../../../agents/host/run-host.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../../support/nats.ts';
import { playTranscript } from '../../support/transcripts/play-transcript.ts';
import { driverOf, SECRETS } from '../../support/transcripts/played-host.ts';
import { StatedHost } from '../../support/transcripts/stated-host.ts';
import {
  readTranscript,
  type Transcript,
  type TranscriptEntry,
  transcriptEntry,
} from '../../support/transcripts/transcript.ts';
import {
  cliComplains,
  cliEnds,
  cliSays,
  driverWrites,
  hostStates,
  written,
} from '../../support/transcripts/written-entries.ts';

const HEAD = readTranscript('claude', 'two-messages').head;

const ends: (() => unknown)[] = [];
let nats: TestNats;

test.before(async () => {
  nats = await startTestNats({ title: 'run-host', teardown: (end) => ends.push(end) });
});

test.after.always(async () => {
  for (const end of ends.reverse()) await end();
});

/** Plays it to `orchestrator host` as it runs. */
const play = (t: ExecutionContext, transcript: Transcript, own: Record<string, string> = {}) =>
  playTranscript(t, transcript, {
    start: (head, stage) => StatedHost.start(t, nats, head, stage, own),
  });

for (const [kind, scenario, what] of [
  ['claude', 'two-messages', 'takes messages on stdin and states the end of each turn'],
  ['codex', 'interrupt', 'ends the turn at SIGINT and goes on'],
  ['droid', 'finish-in-a-turn', 'lets the turn be finished at SIGTERM, and ends'],
  ['claude', 'permissions', 'asks a person for what is not allowed unasked'],
  ['claude', 'login-refused', 'states why a turn came to nothing'],
  ['gemini', 'crash', 'tells its user that it remembers nothing after a crash'],
  ['acp', 'crash', 'goes on with its session after a crash'],
] as const) {
  test(`a host of ${kind} ${what}`, async (t) => {
    const { code } = await play(t, readTranscript(kind, scenario));
    t.is(code, 0);
  });
}

test('a secret of its order is in no log line and no statement', async (t) => {
  const { head, entries } = readTranscript('codex', 'login-refused');
  const quoting = (entry: TranscriptEntry) => {
    const key = 'told' in entry ? '***' : SECRETS.A_KEY;
    return JSON.stringify(entry).replaceAll('the key has', `the key ${key} has`);
  };
  const quoted = entries.map((entry) => transcriptEntry.parse(JSON.parse(quoting(entry))));
  const { log } = await play(t, { head, entries: quoted });
  t.true(log.some((line) => line.includes('the key *** has expired')));
  t.false(log.some((line) => line.includes(SECRETS.A_KEY)));
});

test('a line on its stdin that is no message is said in the log; the end of stdin ends it', async (t) => {
  const { log, code } = await playTranscript(
    t,
    written('claude', [driverWrites(null), cliEnds(0)]),
    {
      start: async (head, stage) => {
        const host = await StatedHost.start(t, nats, head, stage);
        host.stdin.end('hello\n{"text":""}\n');
        return host;
      },
    },
  );
  t.is(code, 0);
  t.is(log.filter((line) => line === 'a line on stdin is no message').length, 2);
});

test('what nobody can be asked for is not allowed', async (t) => {
  const request = { subtype: 'can_use_tool', tool_name: 'Edit', input: { path: 'a' } };
  const response = { behavior: 'deny', message: 'The user does not allow this.' };
  const transcript = written(
    'claude',
    [
      cliSays({ type: 'control_request', request_id: 'r', request }),
      driverWrites({
        type: 'control_response',
        response: { subtype: 'success', request_id: 'r', response },
      }),
    ],
    'permissions',
  );
  const { log } = await play(t, transcript, { ORCHESTRATOR_ALLOWED_TOOLS: 'deploy' });
  t.true(
    log.some((line) => line.startsWith('ORC_TOOL_NOT_ALLOWED')),
    log.join('\n'),
  );
});

for (const [what, content] of [
  ['torn', '["rm'],
  ['forged by the agent', JSON.stringify(['touch granted', 'touch refused'])],
] as const) {
  test(`B8: a file of grants that is ${what} is nothing to a host`, async (t) => {
    const { code } = await playTranscript(t, readTranscript('claude', 'permissions'), {
      start: async (head, stage) => {
        await writeFile(join(stage.home, '.orchestrator-allowed.json'), content);
        return StatedHost.start(t, nats, head, stage);
      },
    });
    t.is(code, 0);
  });
}

test('a CLI that does not begin is stated to be the problem, in its own words', async (t) => {
  const { head, entries } = readTranscript('claude', 'two-messages');
  const { code } = await play(t, {
    head,
    entries: [
      ...entries.slice(0, 2),
      cliComplains('not logged in'),
      cliEnds(3),
      hostStates({ notReady: 'it ended with code 3 before it was ready: not logged in' }),
    ],
  });
  t.is(code, 1);
});

test('a host without an order says so in a line', async (t) => {
  const folder = await temporaryFolder(t);
  const streams = {
    env: { HOME: folder },
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  const file = `${folder}/host.json`;
  const error = await t.throwsAsync(runHost(await driverOf(HEAD), file, streams));
  t.is(error?.message, `There is no order for a host in ${file}`);
});
