import test from 'ava';
import { jobLine, jobText } from '../../../bot/delivery/job-text.ts';
import { english } from '../../../bot/words/english.ts';
import type { JobState } from '../../../core/domain/job/job-state.ts';

const known = { jobId: 'job-1', tool: 'deploy' };
// As much of a job as its message shows.
const text = (job: object) => jobText({ ...known, ...job } as JobState, english.jobs).text;

test('a job that works says how far it is, where it said so', (t) => {
  t.is(text({ phase: 'working' }), '⚙️ **deploy** is working');
  const progress = { percent: 40, text: 'building', at: '' };
  t.is(text({ phase: 'working', progress }), '⚙️ **deploy** is working\n```\n40 % · building\n```');
  t.regex(text({ phase: 'working', progress: { text: 'building', at: '' } }), /\nbuilding\n/);
});

test('a job that is done shows its result: a text, an agent’s answer, or whatever it is', (t) => {
  const done = (result: unknown) => text({ phase: 'completed', result });
  t.is(done('shipped'), '✅ **deploy** is done\n```\nshipped\n```');
  t.is(done({ answer: 'Mended.' }), '✅ **deploy** is done\n```\nMended.\n```');
  t.is(done({ a: 1 }), '✅ **deploy** is done\n```\n{\n "a": 1\n}\n```');
  t.is(done(' '), '✅ **deploy** is done\n');
  t.regex(done('x'.repeat(2_000)), /\nx{1500} \[…\]\n/);
});

test('a job that came to nothing says why, and a line of a list which one it is', (t) => {
  const reason = 'exit code 1';
  t.is(text({ phase: 'failed', reason }), '❌ **deploy** failed\n```\nexit code 1\n```');
  t.regex(text({ phase: 'cancelled', reason }), /was cancelled\n```\nexit code 1/);
  const line = jobLine({ id: 'job-1', tool: 'deploy', state: 'input_required' });
  t.is(line, '- **deploy** input required `job-1`');
});
