import { useMemo } from 'preact/hooks';
import type { AnswerOf, Api } from '../api.ts';
import { Plot } from '../parts/plot.tsx';
import { Said } from '../parts/said.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { addressOf, HOURS } from '../place.ts';
import { usePolled } from '../use-polled.ts';

const EVERY_MS = 15_000;

/** How much happened in the last hours, from the log itself, and how the services are. */
export function OverviewView({ api, hours }: { api: Api; hours: number }) {
  const { value, error } = usePolled(`activity/${hours}`, EVERY_MS, (signal) =>
    api.get('getActivity', '/activity', { query: { last: `${hours}h`, stretch: '1m' }, signal }),
  );
  return (
    <>
      <h1>Overview</h1>
      <p>
        The last{' '}
        {HOURS.map((each) => (
          <a
            key={each}
            class="each"
            href={addressOf({ view: 'overview', hours: each })}
            {...(each === hours && { 'aria-current': 'true' as const })}
          >
            {each} h
          </a>
        ))}
      </p>
      <Trouble error={error} />
      {value !== undefined && <Plots activity={value} />}
      <HealthShown api={api} />
    </>
  );
}

function Plots({ activity }: { activity: AnswerOf<'getActivity'> }) {
  const { at, turns, answers, deliveries, failures } = activity;
  const said = useMemo(
    () => [
      { name: 'turns', colour: '--blue', values: turns },
      { name: 'answers', colour: '--green', values: answers },
    ],
    [turns, answers],
  );
  const brought = useMemo(
    () => [
      { name: 'deliveries', colour: '--green', values: deliveries },
      { name: 'failures', colour: '--red', values: failures },
    ],
    [deliveries, failures],
  );
  return (
    <>
      <Plot title="Turns and answers a minute" at={at} lines={said} />
      <Plot title="Deliveries and failures a minute" at={at} lines={brought} />
    </>
  );
}

function HealthShown({ api }: { api: Api }) {
  const { value } = usePolled('health', EVERY_MS, (signal) => healthOf(api, signal));
  if (value === undefined) return null;
  return (
    <section aria-labelledby="services">
      <h2 id="services">Services</h2>
      <ul>
        {value.missing.map((name) => (
          <li key={name} class="failed">
            {name} does not answer
          </li>
        ))}
        {value.services.map(({ service, node, pid, checks }) => (
          <li key={`${service}/${node}/${pid}`}>
            {service} on {node}
            <ul>
              {checks
                .filter(({ ok, notable }) => !ok || notable)
                .map(({ name, ok, detail }) => (
                  <li key={name} class={ok ? '' : 'failed'}>
                    {name}: <Said text={detail} />
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where something is not well the answer is 503, with the same body. */
async function healthOf(api: Api, signal: AbortSignal): Promise<AnswerOf<'healthz'>> {
  const response = await fetch('./healthz', { signal });
  if (response.status !== 503 && !response.ok) return api.get('healthz', '/healthz', { signal });
  // The server makes it by the schema of this route.
  return (await response.json()) as AnswerOf<'healthz'>;
}
