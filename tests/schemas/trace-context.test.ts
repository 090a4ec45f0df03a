import test from 'ava';
import {
  belowSpan,
  entranceTraceparent,
  parseTraceparent,
  spanIdOf,
  traceIdOf,
} from '../../schemas/trace-context.ts';

const GIVEN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a command without a trace has one that its id tells, the same for ever', (t) => {
  const traceparent = entranceTraceparent('tg-4711-88');
  t.is(traceparent, '00-4b79e2c6d120e0a57c60ca95d13cb94a-526fdcdc65062f3b-01');
  t.is(entranceTraceparent('tg-4711-88'), traceparent);
  t.deepEqual(parseTraceparent(traceparent), {
    traceId: traceIdOf('tg-4711-88'),
    spanId: spanIdOf('message', 'tg-4711-88'),
    flags: '01',
  });
});

test('a command that comes with a trace is in that one, and what is none counts for nothing', (t) => {
  t.is(entranceTraceparent('cmd-1', GIVEN), GIVEN);
  for (const none of [
    '',
    'garbage',
    `${GIVEN}-00`,
    GIVEN.toUpperCase(),
    GIVEN.replace('00-', 'ff-'),
  ]) {
    t.is(entranceTraceparent('cmd-1', none), entranceTraceparent('cmd-1'), none);
  }
});

test('what is below another span is in the same trace, sampled as it was', (t) => {
  const spanId = spanIdOf('job', 'job_1');
  t.is(belowSpan(GIVEN, spanId), `00-0af7651916cd43dd8448eb211c80319c-${spanId}-01`);
  t.is(belowSpan(undefined, spanId), undefined);
});

test('spans of different things with one id are different', (t) => {
  t.not(spanIdOf('message', 'x'), spanIdOf('wait', 'x'));
});
