import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { answeredEvents } from '../../core/domain/job/job-events.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { type SpanOf, spanIdOf } from '../../schemas/trace-context.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { shellTool } from '../support/declared.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { call, end, happened, ofJob } from '../support/job-calls.ts';
import { type SpawnerOptions, startSpawner } from '../support/spawner.ts';

const ANN = { channel: 'test', userId: 'ann' };

/** Begins with a message and waits: what an agent calls, the tests publish for it. */
const IDLE = 'while read -r line; do echo "$line"; done';

async function world(t: ExecutionContext, options: SpawnerOptions) {
  const spawner = await startSpawner(t, options);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, IDLE, { owner: ANN });
  await spawner.event(agent, 'process.ready');
  return { spawner, agent };
}

test('a declared tool runs its program: input on stdin and as variables, progress, a result, its log', async (t) => {
  const script =
    'read -r input; echo "in $input $JOB_TO $JOB_TOOL $JOB_OWNER"; echo \'{"percent":50,"text":"half"}\' >&3; echo no json >&3; echo "{\\"result\\":{\\"input\\":$input}}" >&3';
  const properties = {
    to: { type: 'string', enum: ['live', 'test'] },
    times: { type: 'integer', default: 2 },
  };
  const input = { properties, required: ['to'] };
  const { spawner, agent } = await world(t, { tools: [shellTool('ship', script, { input })] });
  const job = await call(spawner, agent, 'ship.run', { input: { to: 'live' } });
  t.like(job, { state: 'working' });
  const ended = await end(spawner, job.id);
  t.deepEqual(ended.data, { result: { input: { times: 2, to: 'live' } } });
  const events = await history(spawner.log);
  t.like(ofType(events, 'job.progress')[0]?.data, { percent: 50, text: 'half' });
  const lines: string[] = [];
  const filter = `jobs.${job.id}.log.stdout`;
  for await (const { payload } of spawner.log.read({
    stream: 'LOGS',
    from: { sequence: 1 },
    filter,
  })) {
    lines.push(Buffer.from(payload).toString());
  }
  t.deepEqual(lines, ['in {"to":"live","times":2} live ship test/ann']);
  // Its end opens a turn of the agent that asked.
  const told = await untilEvent(
    spawner.log,
    ({ type, subject }) => type === 'command.send' && subject.includes(agent),
  );
  t.regex(
    String(Reflect.get(Object(told.data), 'text')),
    /^Job ship \(job_[0-9a-f]{12}\) completed: /,
  );
  await spawner.event(agent, 'process.delivered', ({ data }) => data.commandId === told.id);
  t.deepEqual(
    await call(spawner, agent, 'job.get', { jobId: job.id }).then(({ state }) => state),
    'completed',
  );
});

test('what does not fit a tool is refused with all that is wrong, and nothing runs', async (t) => {
  const input = { properties: { to: {} }, required: ['to'] };
  const users = ['test/ben'];
  const tools = [shellTool('ship', 'true', { input }), shellTool('bens', 'true', { users })];
  const { spawner, agent } = await world(t, { tools });
  const wrong = await call(spawner, agent, 'ship.run', { input: { nope: 1 } });
  t.like(wrong, { error: { code: 'ORC_BAD_INPUT' } });
  t.regex(String(Reflect.get(Object(wrong.error), 'message')), /to: .*nope/s);
  t.like(await call(spawner, agent, 'bens.run', {}), { error: { code: 'ORC_TOOL_NOT_ALLOWED' } });
  t.like(await call(spawner, agent, 'ship.fly', {}), { error: { code: 'ORC_NO_SUCH_TOOL' } });
  t.like(await call(spawner, agent, 'job.get', { jobId: 'job_none' }), {
    error: { code: 'ORC_JOB_NOT_FOUND' },
  });
  t.is(ofType(await history(spawner.log), 'job.requested').length, 0);
});

test('a program that fails says how, with the last that it complained of', async (t) => {
  const { spawner, agent } = await world(t, {
    tools: [shellTool('ship', 'echo "no host" >&2; exit 3')],
  });
  const job = await call(spawner, agent, 'ship.run', {});
  t.like((await end(spawner, job.id)).data, {
    code: 'ORC_JOB_FAILED',
    reason: 'exit code 3: no host',
  });
});

test('a job outlives its spawner, and its program runs once', async (t) => {
  const { spawner, agent } = await world(t, {
    tools: [
      shellTool(
        'ship',
        'echo begun >> "$JOB_FILE"; echo \'{"text":"begun"}\' >&3; until [ -e "$JOB_FILE.go" ]; do sleep 0.1; done; echo "{\\"result\\":\\"done\\"}" >&3',
        {
          input: { properties: { file: {} } },
        },
      ),
    ],
  });
  const file = join(spawner.folder, 'ran');
  const job = await call(spawner, agent, 'ship.run', { input: { file } });
  await happened(spawner, job.id, 'job.progress');
  await spawner.stop();
  await appendFile(`${file}.go`, '');
  await spawner.start();
  t.deepEqual((await end(spawner, job.id)).data, { result: 'done' });
  t.is(await readFile(file, 'utf8'), 'begun\n');
  const epochs = ofType(await history(spawner.log), 'job.accepted').map(({ data }) => data.epoch);
  t.deepEqual(epochs, [1, 2]);
});

test('a job whose program is gone without a trace is stated as interrupted, and not run again', async (t) => {
  const { spawner, agent } = await world(t, {
    tools: [shellTool('ship', 'echo \'{"text":"begun"}\' >&3; sleep 60')],
  });
  const job = await call(spawner, agent, 'ship.run', {});
  await happened(spawner, job.id, 'job.progress');
  await spawner.stop();
  await spawner.forgetJob(String(job.id));
  await spawner.start();
  t.like((await end(spawner, job.id)).data, { code: 'ORC_JOB_INTERRUPTED' });
});

test('a cancel ends the program and all that it started', async (t) => {
  const script = 'trap "" TERM; sleep 600 & echo "{\\"text\\":\\"$!\\"}" >&3; wait; sleep 600';
  const { spawner, agent } = await world(t, {
    tools: [shellTool('ship', script)],
    stopGraceMs: 100,
  });
  const job = await call(spawner, agent, 'ship.run', {});
  const said = await happened(spawner, job.id, 'job.progress');
  await call(spawner, agent, 'job.cancel', { jobId: job.id });
  t.is((await end(spawner, job.id)).type, 'job.cancelled');
  const pid = Number(Reflect.get(Object(said.data), 'text'));
  // Ended, whoever has yet to look at that (proc(5): Z).
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  t.is(stat.split(') ').at(-1)?.[0], 'Z');
});

test('a job that says nothing for too long, and one that takes too long, are ended', async (t) => {
  const tools = [
    shellTool('silent', 'sleep 600', { timeouts: { heartbeat: '1s' } }),
    shellTool('long', 'while :; do echo "{\\"percent\\":1}" >&3; sleep 0.2; done', {
      timeouts: { heartbeat: '1m', total: '1s' },
    }),
  ];
  const { spawner, agent } = await world(t, { tools, stopGraceMs: 100 });
  const jobs = [
    await call(spawner, agent, 'silent.run', {}),
    await call(spawner, agent, 'long.run', {}),
  ];
  for (const { id } of jobs) t.like((await end(spawner, id)).data, { code: 'ORC_JOB_TIMED_OUT' });
});

test('no more of a tool run at a time than it declares; the others wait, or are not taken in time', async (t) => {
  const script = 'until [ -e "$JOB_GO" ]; do sleep 0.05; done';
  const input = { properties: { go: {}, n: { type: 'integer' } } };
  const tools = [
    shellTool('one', script, { input, parallel: 1 }),
    shellTool('hasty', script, { input, parallel: 1, timeouts: { accept: '1s' } }),
  ];
  const { spawner, agent } = await world(t, { tools });
  const go = join(spawner.folder, 'go');
  const ask = (tool: string, n: number) =>
    call(spawner, agent, `${tool}.run`, { input: { go, n } });
  const [first, second] = [await ask('one', 1), await ask('one', 2)];
  await ask('hasty', 1);
  const late = await ask('hasty', 2);
  t.like((await end(spawner, late.id)).data, { code: 'ORC_JOB_TIMED_OUT' });
  t.is(
    ofType(await history(spawner.log), 'job.accepted').filter(ofJob(second?.id, ['job.accepted']))
      .length,
    0,
  );
  await appendFile(go, '');
  t.is((await end(spawner, first?.id)).type, 'job.completed');
  t.is((await end(spawner, second?.id)).type, 'job.completed');
});

test('a tool with confirm: ask waits for the person; a no runs nothing, a yes does', async (t) => {
  const script = 'echo ran >> "$JOB_FILE"';
  const tool = shellTool('ship', script, { confirm: 'ask', input: { properties: { file: {} } } });
  const { spawner, agent } = await world(t, { tools: [tool] });
  const file = join(spawner.folder, 'ran');
  const answer = async (approved: boolean, key: string) => {
    const { id, state } = await call(spawner, agent, 'ship.run', { input: { file }, key });
    t.is(state, 'input_required');
    const job = spawner.follower.state.jobs.get(String(id));
    if (job?.phase !== 'input_required') throw new Error(`it is ${job?.phase}`);
    t.true(job.question.includes(file));
    await spawner.log.append(answeredEvents(job, approved, ANN, new Date()));
    return end(spawner, id);
  };
  t.like((await answer(false, 'a')).data, { code: 'ORC_JOB_DECLINED' });
  await t.throwsAsync(readFile(file), { code: 'ENOENT' });
  t.is((await answer(true, 'b')).type, 'job.completed');
  t.is(await readFile(file, 'utf8'), 'ran\n');
});

test('an agent’s own command calls a declared tool, waits for it, and knows no other', async (t) => {
  const input = { properties: { projectId: {} }, required: ['projectId'] };
  const tools = [
    shellTool('ship', 'echo "{\\"result\\":\\"shipped $JOB_PROJECT_ID\\"}" >&3', {
      input,
      confirm: 'never',
    }),
  ];
  const spawner = await startSpawner(t, { tools, allowedTools: ['respond', 'ship', 'job'] });
  const agent = newAgentId();
  const program =
    'read -r _; out=$(orchestrator ship --project-id proj_1 2>/dev/null); bad=$(orchestrator ship 2>&1); id=$(orchestrator ship --project-id p2 --no-wait 2>/dev/null); again=$(orchestrator job wait "$id" 2>/dev/null); none=$(orchestrator shp 2>&1); orchestrator answer "$out|$bad|$again|$none"; read -r _';
  await createAgent(spawner.log, agent, program, { owner: ANN });
  await sendMessage(spawner.log, agent, 'm-1', 'go');
  const { data } = await spawner.event(agent, 'response.answer');
  const [out, bad, again, none] = data.text.split('|');
  t.is(out, 'shipped proj_1');
  t.regex(bad ?? '', /ORC_USAGE: ship: --project-id is missing/);
  t.regex(again ?? '', /"state":"completed","result":"shipped p2"/);
  t.regex(none ?? '', /There is no command "shp".*Did you mean `orchestrator ship`/);
  const requested = ofType(await history(spawner.log), 'job.requested');
  t.deepEqual(
    requested.map(({ data: { notify } }) => notify),
    [false, true],
  );
  t.is(parseSubject(requested[0]?.subject ?? '')?.family, 'job');
});

test('what a message leads to is in its trace: the turn, the job, its program, and the word of its end', async (t) => {
  const script = 'echo "{\\"result\\":\\"$TRACEPARENT\\"}" >&3';
  const { spawner, agent } = await world(t, { tools: [shellTool('ship', script)] });
  const trace = '00-0af7651916cd43dd8448eb211c80319c';
  const below = (of: SpanOf, id: string) => `${trace}-${spanIdOf(of, id)}-01`;
  const message = command(agent, 'command.send', { text: 'go', mode: 'join' }, 'm-1');
  await spawner.log.append({ ...message, traceparent: `${trace}-b7ad6b7169203331-01` });
  await spawner.event(agent, 'process.delivered');
  const job = await call(spawner, agent, 'ship.run', {});
  const ofJobSpan = below('job', String(job.id));
  t.deepEqual((await end(spawner, job.id)).data, { result: ofJobSpan });
  const notice = await untilEvent(spawner.log, ({ id }) => id === `job.notice:${job.id}`);
  t.is(notice.traceparent, ofJobSpan);
  const events = await history(spawner.log);
  for (const type of ['turn.started', 'job.requested', 'job.accepted', 'job.completed'] as const) {
    t.is(ofType(events, type)[0]?.traceparent, below('message', 'm-1'), type);
  }
  t.is(ofType(events, 'result')[0]?.traceparent, below('message', 'm-1'));
});
