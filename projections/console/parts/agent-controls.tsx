import { useState } from 'preact/hooks';
import type { AgentSummary } from '../../../schemas/views.ts';
import { type AddressOf, type Api, newKey } from '../api.ts';
import { clock } from '../words.ts';
import { Trouble } from './trouble.tsx';

const LIVES = ['1h', '4h', '24h'] as const;

/** What one can have done to an agent: interrupted, extended, ended, begun again. */
export function AgentControls(props: {
  api: Api;
  path: AddressOf<'getAgent'>;
  agent: AgentSummary | undefined;
}) {
  const { api, path, agent } = props;
  const [error, setError] = useState<Error>();
  const [said, setSaid] = useState('');
  const ask = (what: string, body: object) => {
    const headers = { 'idempotency-key': newKey(), prefer: 'wait=10' };
    setError(undefined);
    api
      .post('extendAgent', `${path}/${what}` as AddressOf<'extendAgent'>, { body, headers })
      .then(({ outcome }) => setSaid(`${what}: ${outcome}`), setError);
  };
  const ended = agent?.phase === 'ended';
  return (
    <>
      {!ended && (
        <button
          type="button"
          disabled={agent?.turn === undefined}
          onClick={() => ask('interrupt', {})}
        >
          Interrupt
        </button>
      )}
      {!ended && (
        <label>
          <span class="unseen">Extend its life to</span>
          <select
            value=""
            onChange={({ currentTarget }) => {
              if (currentTarget.value !== '') ask('extend', { ttl: currentTarget.value });
              currentTarget.value = '';
            }}
          >
            <option value="">Extend…</option>
            {LIVES.map((ttl) => (
              <option key={ttl} value={ttl}>
                {ttl} from now
              </option>
            ))}
          </select>
        </label>
      )}
      {ended && (
        <button type="button" onClick={() => ask('resume', {})}>
          Let it go on
        </button>
      )}
      <small role="status">
        {said} {agent?.expiresAt !== undefined && !ended && `lives until ${clock(agent.expiresAt)}`}
      </small>
      <Trouble error={error} />
    </>
  );
}
