import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import test from 'ava';
import { JobQuestions } from '../../../cli/chat/job-questions.ts';
import { jobEvent } from '../../../core/domain/job/job-events.ts';
import { untilEvent } from '../../support/history.ts';
import { requestEvents } from '../../support/job-events.ts';
import { startTestNats } from '../../support/nats.ts';

const ANN = { channel: 'terminal', userId: 'ann' };

test('a chat shows what waits for its person’s yes, takes that, and says what became of it', async (t) => {
  const { log } = await startTestNats(t);
  const printed = new PassThrough({ objectMode: true });
  const print = (text: string) => void printed.write(text);
  const next = async () => String((await once(printed, 'data'))[0]);
  const end = new AbortController();
  const views = { request: async () => ({ sequence: 0, jobs: [] }) as never };
  const of = (person: typeof ANN) =>
    new JobQuestions({ log, views, person, began: 0, print, signal: end.signal });
  const [jobs, bens] = [of(ANN), of({ ...ANN, userId: 'ben' })];
  const running = Promise.all([jobs.run(), bens.run()]);
  t.is(await jobs.answer(true), 'No job waits for a yes or a no.');

  const asked = next();
  const events = requestEvents({ question: 'Agent a asks to run deploy.' });
  const [requested] = events;
  const jobId = requested?.subject.split('.')[1] ?? '';
  for (const event of events) await log.append(event);
  t.is(await asked, '❓ Agent a asks to run deploy.\n`/yes` lets it run, `/no` does not.');
  t.is(await bens.answer(true), 'No job waits for a yes or a no.');
  t.is(await jobs.answer(true), `Yes: ${jobId}`);
  const answered = await untilEvent(log, ({ type }) => type === 'job.answered');
  t.deepEqual(answered.data, { approved: true, from: ANN });
  t.is(await jobs.answer(false), 'No job waits for a yes or a no.');

  const over = next();
  const job = { jobId, createdBy: 'x', timeouts: {} };
  await log.append(jobEvent(job, 'job.completed', { result: null }, new Date()));
  t.is(await over, `deploy completed (${jobId})`);
  end.abort();
  await running;
});
