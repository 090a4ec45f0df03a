import { useState } from 'preact/hooks';
import type { JobShown } from '../../../schemas/views.ts';
import type { Api } from '../api.ts';
import { usePolled } from '../use-polled.ts';
import { Said } from './said.tsx';
import { Trouble } from './trouble.tsx';

const EVERY_MS = 3_000;

/** What runs beside an agent for it, and may it. */
export function Jobs(props: { api: Api; agentId: string | undefined; version: number }) {
  const { api, agentId } = props;
  const { value, again } = usePolled('jobs', EVERY_MS, (signal) =>
    api.get('listJobs', '/jobs', { signal }),
  );
  const jobs = value?.jobs.filter((job) => agentId !== undefined && job.agentId === agentId) ?? [];
  if (jobs.length === 0) return null;
  return (
    <section aria-labelledby="jobs" class="jobs">
      <h2 id="jobs">Jobs</h2>
      <ul>
        {jobs.map((job) => (
          <JobLine key={job.id} api={api} job={job} again={again} />
        ))}
      </ul>
    </section>
  );
}

function JobLine({ api, job, again }: { api: Api; job: JobShown; again: () => void }) {
  const { id, tool, verb, state, progress, question, error: failure } = job;
  const [error, setError] = useState<Error>();
  const done = (asked: Promise<unknown>) => {
    setError(undefined);
    asked.then(again, setError);
  };
  const answer = (approved: boolean) =>
    done(api.post('answerJob', `/jobs/${id}/answer`, { body: { approved } }));
  return (
    <li>
      {tool} {verb}: <span class={`phase ${state}`}>{state.replace('_', ' ')}</span>{' '}
      <Said
        text={[
          progress?.text,
          progress?.percent && `${progress.percent} %`,
          question,
          failure?.message,
        ]
          .filter(Boolean)
          .join(' ')}
      />{' '}
      {state === 'input_required' && (
        <>
          <button type="button" onClick={() => answer(true)}>
            Yes
          </button>
          <button type="button" onClick={() => answer(false)}>
            No
          </button>
        </>
      )}
      {state === 'working' && (
        <button type="button" onClick={() => done(api.post('cancelJob', `/jobs/${id}/cancel`))}>
          Cancel
        </button>
      )}
      <Trouble error={error} />
    </li>
  );
}
