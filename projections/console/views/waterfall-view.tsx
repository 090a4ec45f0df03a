import { useState } from 'preact/hooks';
import type { Span } from '../../../core/conversation/waterfall.ts';
import { howLong } from '../../../platform/text/how-long.ts';
import type { AnswerOf, Api } from '../api.ts';
import { Said } from '../parts/said.tsx';
import { Share } from '../parts/share.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useNow } from '../parts/use-now.ts';
import { addressOf } from '../place.ts';
import { saveAs } from '../save.ts';
import { scaleOf, sharedWaterfall } from '../shared-page.ts';
import { usePolled } from '../use-polled.ts';
import { between, clock, person } from '../words.ts';

const EVERY_MS = 2_000;

const OUTCOMES = {
  waiting: 'It waits for a turn.',
  running: 'The agent works on it.',
  answered: 'It was answered.',
  silent: 'Its turn ended without an answer.',
  failed: 'Its turn failed.',
  rejected: 'It got no turn.',
} as const;

/** What became of one message: what to open when somebody says that it did not answer. */
export function WaterfallView({ api, sequence }: { api: Api; sequence: number }) {
  const path = `/events/${sequence}/waterfall` as const;
  const { value, error } = usePolled(path, EVERY_MS, (signal) =>
    api.get('getWaterfall', path, { signal }),
  );
  return (
    <>
      <h1>What became of a message</h1>
      <Trouble error={error} />
      {value !== undefined && <Waterfall api={api} waterfall={value} />}
    </>
  );
}

function Waterfall({ api, waterfall }: { api: Api; waterfall: AnswerOf<'getWaterfall'> }) {
  const now = useNow();
  const { agentId, sequence, text, from, source, startedAt, endedAt, outcome, spans } = waterfall;
  const scale = scaleOf(waterfall, endedAt === undefined ? now : Date.parse(endedAt));
  const depths = depthsOf(spans);
  return (
    <>
      <p class="text message">
        <Said text={text} />
      </p>
      <p>
        {person(from)} by {source}, {clock(startedAt)}, event {sequence}, to{' '}
        <a href={addressOf({ view: 'conversation', agent: agentId, at: sequence })}>{agentId}</a>
      </p>
      <div class="bar">
        <p role="status" class={`outcome ${outcome}`}>
          {OUTCOMES[outcome]} {deliveryWords(spans)} {between(startedAt, endedAt, now)}
          {endedAt === undefined && ' so far'}
        </p>
        <Receipt api={api} sequence={sequence} />
        <Share name={`waterfall-${sequence}`} page={(what) => sharedWaterfall(waterfall, what)} />
      </div>
      <div class="wide">
        <table class="waterfall">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" class="when">
                When
              </th>
              <th scope="col">Began</th>
              <th scope="col">Took</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {spans.map((span) => (
              <SpanRow
                key={span.id}
                span={span}
                depth={depths.get(span.id) ?? 0}
                bar={scale(span)}
                fromStart={Date.parse(span.startedAt) - Date.parse(startedAt)}
                now={now}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** What proves it to others: the file, byte for byte, as of now. */
function Receipt({ api, sequence }: { api: Api; sequence: number }) {
  const [error, setError] = useState<Error>();
  const save = async () => {
    try {
      const response = await api.fetch('GET', `/receipts/${sequence}`);
      saveAs(`receipt-${sequence}.json`, await response.blob());
      setError(undefined);
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
  return (
    <>
      <button type="button" onClick={save}>
        Receipt
      </button>
      <Trouble error={error} />
    </>
  );
}

function SpanRow(props: {
  span: AnswerOf<'getWaterfall'>['spans'][number];
  depth: number;
  bar: { left: number; width: number };
  fromStart: number;
  now: number;
}) {
  const { span, depth, bar, fromStart, now } = props;
  const { kind, name, detail, sequence, state, startedAt, endedAt } = span;
  return (
    <tr class={`${state} ${kind}`}>
      <th scope="row" style={{ paddingLeft: `${depth * 1.2}rem` }}>
        <a
          data-row
          href={addressOf({ view: 'log', at: sequence })}
          title={`Event ${sequence} of the log`}
        >
          <Said text={name} />
        </a>
        {detail !== undefined && (
          <small>
            <Said text={detail} />
          </small>
        )}
      </th>
      <td class="when" aria-hidden="true">
        <span class="span" style={{ marginLeft: `${bar.left}%`, width: `${bar.width}%` }} />
      </td>
      <td>{fromStart < 0 ? `−${howLong(-fromStart)}` : `+${howLong(fromStart)}`}</td>
      <td>{startedAt === endedAt ? '' : between(startedAt, endedAt, now)}</td>
      <td>{state}</td>
    </tr>
  );
}

/** How deep each stands below what it belongs to. */
function depthsOf(spans: readonly Pick<Span, 'id' | 'parent'>[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const { id, parent } of spans) {
    depths.set(id, parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1);
  }
  return depths;
}

function deliveryWords(spans: readonly Pick<Span, 'kind' | 'state'>[]): string {
  const deliveries = spans.filter(({ kind }) => kind === 'delivery');
  if (deliveries.length === 0) return '';
  const count = (wanted: Span['state']) =>
    deliveries.filter(({ state }) => state === wanted).length;
  const [arrived, failed, open] = [count('done'), count('failed'), count('open')];
  const words = [`${arrived} of ${deliveries.length} deliveries arrived`];
  if (failed > 0) words.push(`${failed} failed`);
  if (open > 0) words.push(`${open} underway`);
  return `${words.join(', ')}.`;
}
