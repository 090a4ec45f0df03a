import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { AGENT_KINDS } from '../../../agents/agent-kinds.ts';
import { type PlayOptions, playTranscript } from '../../support/transcripts/play-transcript.ts';
import { ENVIRONMENT, SECRETS } from '../../support/transcripts/played-host.ts';
import { readTranscripts, type Told } from '../../support/transcripts/transcript.ts';

const PINNED = join(import.meta.dirname, '..', '..', '..', 'images', 'agents', 'package.json');

/** What a host states in each scenario; what it states for one kind alone stands below. */
const STATED: Record<string, readonly string[]> = {
  'two-messages': ['ready', 'end', 'end'],
  'message-during-a-turn': ['ready', 'end'],
  interrupt: ['ready', 'end', 'end'],
  permissions: ['ready', 'May I touch granted', 'May I touch refused', 'end'],
  'login-refused': ['ready', 'end ORC_MODEL_LOGIN'],
  'model-busy': ['ready', 'end ORC_MODEL_BUSY', 'end'],
  'model-error': ['ready', 'end ORC_MODEL_ERROR'],
  'model-garbage': ['ready', 'end'],
  'stream-cut': ['ready', 'end'],
  'finish-in-a-turn': ['ready', 'end'],
  crash: ['ready', 'end', 'end ORC_AGENT_CRASHED', 'end'],
};

const TWO_TURNS = ['ready', 'end', 'end'];
/** A refused tool ends the turn of its CLI, and the agent is reminded to answer. */
const REMINDED = [...(STATED.permissions ?? []), 'end'];

const STATED_FOR: Record<string, readonly string[]> = {
  // They take a message after the turn.
  'gemini message-during-a-turn': TWO_TURNS,
  'acp message-during-a-turn': TWO_TURNS,
  // It does not read a stream again.
  'gemini stream-cut': ['ready', 'end ORC_MODEL_ERROR', 'end'],
  // It has lost its session, and its user is told so.
  'gemini crash': ['ready', 'end', 'end ORC_AGENT_CRASHED', 'notice', 'end'],
  // It asks for what leaves its own sandbox, in a second turn.
  'codex permissions': ['ready', 'end', 'May I touch ../granted', 'May I touch ../refused', 'end'],
  'acp permissions': REMINDED,
  'droid permissions': REMINDED,
};

function inWords(told: Told): string {
  if ('ready' in told) return 'ready';
  if ('notReady' in told) return 'not ready';
  if ('notice' in told) return 'notice';
  if ('said' in told) return 'said';
  if ('question' in told) return told.question.replace('May I do this?\n', 'May I ');
  return `end ${told.turnEnd.problem?.code ?? ''}`.trimEnd();
}

/** What is no message of any CLI: a warning, a cut message, JSON of other shapes, nothing. */
const GARBAGE = ['npm warn ✗', '{"type":', '"text"', '["method"]', 'null', '7', ''];

const WAYS: Record<string, PlayOptions> = {
  'said at once': { come: 'at once' },
  'said in halves, between garbage': { come: 'halves', garbage: GARBAGE },
};

for (const transcript of readTranscripts()) {
  const { kind, scenario } = transcript.head;
  for (const [way, options] of Object.entries(WAYS)) {
    test(`${kind}: ${scenario}, ${way}`, async (t) => {
      const { told, code, log, begun, sessions } = await playTranscript(t, transcript, options);
      t.deepEqual(told.map(inWords), STATED_FOR[`${kind} ${scenario}`] ?? STATED[scenario]);
      t.is(code, 0);
      for (const { environment } of begun) t.like(environment, { ...ENVIRONMENT, ...SECRETS });
      const [first, ...others] = sessions;
      t.is(first, undefined);
      t.is(others[0] !== undefined, scenario === 'crash');
      for (const line of options.garbage ?? []) t.true(log.includes(line), line);
    });
  }
}

test('every scenario is there for every kind', (t) => {
  const hosted = AGENT_KINDS.filter(({ driver }) => driver !== undefined);
  const wanted = hosted.flatMap(({ name: kind }) =>
    Object.keys(STATED).map((each) => `${kind} ${each}`),
  );
  const found = readTranscripts().map(({ head }) => `${head.kind} ${head.scenario}`);
  t.deepEqual(found.sort(), wanted.sort());
});

test('the transcripts are those of the pinned CLIs; `npm run record:transcripts` makes others', (t) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(PINNED, 'utf8'));
  const pinned = Object.entries({ ...dependencies, ...devDependencies });
  const recorded = new Set(readTranscripts().map(({ head }) => head.cli));
  t.deepEqual([...recorded].sort(), pinned.map(([name, version]) => `${name} ${version}`).sort());
});
