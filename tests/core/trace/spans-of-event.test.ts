import test from 'ava';
import { noSpans } from '../../../core/trace/open-spans.ts';
import { spansOfEvent } from '../../../core/trace/spans-of-event.ts';
import { parseEvent, type RawMessage } from '../../../schemas/parse-event.ts';
import { spanIdOf, traceIdOf } from '../../../schemas/trace-context.ts';
import type { TraceSpan } from '../../../schemas/trace-span.ts';
import { historyNames, readHistory } from '../../support/recorded-history.ts';

function spansOf(messages: readonly RawMessage[], open = noSpans()): TraceSpan[] {
  return messages.flatMap((message) => {
    const parsed = parseEvent(message);
    return parsed.kind === 'event' ? spansOfEvent(open, parsed.event) : [];
  });
}

const history = async (name: string) =>
  (await readHistory(name)).filter(({ subject }) => !subject.startsWith('schedules.'));

test('a message is a trace: its wait and its turn are below it, a tool call below the turn', async (t) => {
  const spans = spansOf(await history('worked-example'));
  const message = 'msg-44c5f698-da37-47cc-a6d3-24f08d724ea9';
  const traceId = traceIdOf(message);
  const tree = spans.filter((span) => span.traceId === traceId);
  t.deepEqual(
    tree.map(({ name }) => name),
    ['wait for the agent', 'execute_tool project.create', 'invoke_agent demo', 'message'],
  );
  const [wait, tool, turn, root] = tree;
  t.is(root?.parentSpanId, undefined);
  t.is(root?.spanId, spanIdOf('message', message));
  t.is(wait?.parentSpanId, root?.spanId);
  t.is(turn?.parentSpanId, root?.spanId);
  t.is(tool?.parentSpanId, turn?.spanId);
  t.like(turn, {
    startTime: '2026-11-27T04:01:46.323Z',
    endTime: '2026-11-27T04:01:46.947Z',
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.id': 'agent-00000000000a',
      'orchestrator.turn.answers': 1,
    },
    sequence: 14,
  });
  t.like(tool?.attributes, {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'project.create',
    'gen_ai.tool.call.id': 'agent-00000000000a_call-VG6VLtkr-Akx0BBHmZWzZA',
  });
  t.is(spans.filter(({ name }) => name === 'invoke_agent demo').length, 4);
  t.is(spans.filter(({ name }) => name === 'create_agent demo').length, 1);
});

test('a turn that fails, and its message, say why', async (t) => {
  const failed = spansOf(await history('nudge-and-failure')).filter(({ error }) => error);
  t.deepEqual(
    failed.map(({ name, attributes }) => [name.split(' ')[0], attributes['error.type']]),
    [
      ['invoke_agent', 'ORC_NO_ANSWER'],
      ['message', 'ORC_NO_ANSWER'],
    ],
  );
});

test('every span of every history has an id of its own, and its parent in its own trace', async (t) => {
  for (const name of historyNames()) {
    const spans = spansOf(await history(name));
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    t.is(byId.size, spans.length, name);
    for (const { parentSpanId, traceId, startTime, endTime } of spans) {
      t.true(startTime <= endTime);
      if (parentSpanId === undefined) continue;
      t.is(byId.get(parentSpanId)?.traceId, traceId, name);
    }
  }
});

test('no span holds what anybody said', async (t) => {
  for (const name of historyNames()) {
    const messages = await history(name);
    const said = messages.flatMap((message) => {
      const parsed = parseEvent(message);
      const data = parsed.kind === 'event' ? parsed.event.data : {};
      return 'text' in data && typeof data.text === 'string' ? [data.text] : [];
    });
    const shown = JSON.stringify(spansOf(messages));
    for (const text of said.filter(({ length }) => length > 5)) t.false(shown.includes(text), text);
  }
});

test('cut anywhere and gone on from what was open, the spans are the same', async (t) => {
  for (const name of historyNames()) {
    const messages = await history(name);
    const whole = spansOf(messages);
    for (let cut = 0; cut <= messages.length; cut += 1) {
      const open = noSpans();
      const before = spansOf(messages.slice(0, cut), open);
      const kept = JSON.parse(
        JSON.stringify(Object.entries(open).map(([key, map]) => [key, [...map]])),
      ) as [string, [string, never][]][];
      const again = Object.fromEntries(kept.map(([key, entries]) => [key, new Map(entries)]));
      const after = spansOf(messages.slice(cut), { ...noSpans(), ...again });
      t.deepEqual(
        JSON.parse(JSON.stringify([...before, ...after])),
        JSON.parse(JSON.stringify(whole)),
      );
    }
  }
});
