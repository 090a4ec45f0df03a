import { useEffect, useState } from 'preact/hooks';
import type { AnswerOf, Api } from '../api.ts';
import { Said } from '../parts/said.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { addressOf } from '../place.ts';
import { usePolled } from '../use-polled.ts';
import { between, clock, person } from '../words.ts';

/** A slider that is being moved asks when it has stood for so long, milliseconds. */
const STOOD_MS = 150;

/** The state of everything as of any place in the log, forwards and backwards. */
export function LogView({ api, at }: { api: Api; at: number | undefined }) {
  const [moved, setMoved] = useState(at);
  useEffect(() => setMoved(at), [at]);
  useEffect(() => {
    if (moved === at || moved === undefined) return undefined;
    const timer = setTimeout(() => {
      // No step of the browser's history for each step of the slider.
      history.replaceState(null, '', addressOf({ view: 'log', at: moved }));
      dispatchEvent(new HashChangeEvent('hashchange'));
    }, STOOD_MS);
    return () => clearTimeout(timer);
  }, [moved, at]);
  const { value, error } = usePolled(`state/${at}`, undefined, (signal) =>
    api.get('getState', '/state', { query: { at }, signal }),
  );
  const [kept, setKept] = useState<AnswerOf<'getState'>>();
  useEffect(() => {
    if (value !== undefined) setKept(value);
  }, [value]);
  const shown = value ?? kept;
  return (
    <>
      <h1>The state as of an event</h1>
      <Trouble error={error} />
      {shown !== undefined && <Slider at={moved ?? shown.at} last={shown.last} move={setMoved} />}
      {shown !== undefined && <StateShown state={shown} isOld={value === undefined} />}
    </>
  );
}

function Slider({ at, last, move }: { at: number; last: number; move: (at: number) => void }) {
  const to = (sequence: number) => move(Math.min(last, Math.max(1, sequence)));
  const step = (by: number, name: string) => (
    <button type="button" onClick={() => to(at + by)} disabled={at + by < 1 || at + by > last}>
      {name}
    </button>
  );
  return (
    <div class="slider">
      <label>
        Event{' '}
        <input
          type="number"
          data-write
          min={1}
          max={last}
          value={at}
          onChange={({ currentTarget }) => to(Number(currentTarget.value) || at)}
        />{' '}
        of {last}
      </label>
      <input
        type="range"
        aria-label="Event of the log"
        min={1}
        max={Math.max(1, last)}
        value={at}
        onInput={({ currentTarget }) => to(Number(currentTarget.value))}
      />
      <span class="steps">
        {step(-100, '−100')}
        {step(-1, '−1')}
        {step(1, '+1')}
        {step(100, '+100')}
      </span>
    </div>
  );
}

function StateShown({ state, isOld }: { state: AnswerOf<'getState'>; isOld: boolean }) {
  const { event, agents, jobs, projects, nodes, counts } = state;
  const then = event === undefined ? Date.now() : Date.parse(event.time);
  return (
    <div class={isOld ? 'old' : ''} aria-busy={isOld} data-state-at={isOld ? '' : state.at}>
      {event !== undefined && (
        <>
          <p>
            {clock(event.time)} <code>{event.subject}</code>{' '}
            {event.subject.startsWith('agents.') && (
              <a href={addressOf({ view: 'waterfall', sequence: event.sequence })}>waterfall</a>
            )}
          </p>
          <pre class="event">
            <Said text={JSON.stringify(event.data, null, 1)} />
          </pre>
        </>
      )}
      <h2>Agents ({counts.agents})</h2>
      <ul>
        {agents.map(({ agentId, names = [], phase, turn, queued, owner }) => (
          <li key={agentId}>
            <a data-row href={addressOf({ view: 'conversation', agent: agentId, at: state.at })}>
              <Said text={names[0] ?? agentId} />
            </a>{' '}
            <span class={`phase ${phase}`}>{phase}</span> {person(owner)}
            {turn !== undefined && `, in a turn for ${between(turn.startedAt, undefined, then)}`}
            {queued > 0 && `, ${queued} waiting`}
          </li>
        ))}
      </ul>
      <h2>Jobs ({counts.jobs})</h2>
      <ul>
        {jobs.map(({ id, tool, verb, state: phase }) => (
          <li key={id}>
            {tool} {verb} <span class={`phase ${phase}`}>{phase.replace('_', ' ')}</span>{' '}
            <small>{id}</small>
          </li>
        ))}
      </ul>
      <h2>Projects ({counts.projects})</h2>
      <ul>
        {projects.map(({ id, name }) => (
          <li key={id}>
            <Said text={name} /> <small>{id}</small>
          </li>
        ))}
      </ul>
      <p>
        People: {counts.users}. Spawners that take no agents:{' '}
        {nodes.length === 0
          ? 'none'
          : nodes.map(({ node, state: is }) => `${node} (${is})`).join(', ')}
        .
      </p>
    </div>
  );
}
