import type { AgentSummary } from '../../../schemas/views.ts';
import type { Api } from '../api.ts';
import { Said } from '../parts/said.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useNow } from '../parts/use-now.ts';
import { addressOf } from '../place.ts';
import { usePolled } from '../use-polled.ts';
import { between, clock, person } from '../words.ts';

const EVERY_MS = 2_000;

/** Who is there, and what each does. */
export function AgentsView({ api }: { api: Api }) {
  const { value, error } = usePolled('agents', EVERY_MS, (signal) =>
    api.get('listAgents', '/agents', { signal }),
  );
  const now = useNow();
  return (
    <>
      <h1>Agents</h1>
      <Trouble error={error} />
      {value?.agents.length === 0 && (
        <p>There is none. A message, or `orchestrator create`, begins one.</p>
      )}
      {value !== undefined && value.agents.length > 0 && (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">Phase</th>
                <th scope="col">Turn</th>
                <th scope="col">Waiting</th>
                <th scope="col">Owner</th>
                <th scope="col">Project</th>
                <th scope="col">Turns, failed</th>
                <th scope="col">Lives until</th>
              </tr>
            </thead>
            <tbody>
              {value.agents.toSorted(byLife).map((agent) => (
                <AgentRow key={agent.agentId} agent={agent} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value?.next !== undefined && <p>There are more than {value.agents.length}.</p>}
    </>
  );
}

function AgentRow({ agent, now }: { agent: AgentSummary; now: number }) {
  const {
    agentId,
    names = [],
    phase,
    turn,
    queued,
    owner,
    projectId,
    counts,
    expiresAt,
    end,
  } = agent;
  return (
    <tr class={phase}>
      <th scope="row">
        <a data-row href={addressOf({ view: 'conversation', agent: agentId })}>
          <Said text={names[0] ?? agentId} />
        </a>
        <small>
          {agent.kind} {agent.model} {agentId}
        </small>
      </th>
      <td>
        <span class={`phase ${phase}`}>{phase}</span>
        {end !== undefined && (
          <small>
            <Said text={end} />
          </small>
        )}
      </td>
      <td>{turn === undefined ? '–' : between(turn.startedAt, undefined, now)}</td>
      <td>{queued}</td>
      <td>{person(owner)}</td>
      <td>{projectId ?? ''}</td>
      <td>
        {counts.turns}, {counts.failed}
      </td>
      <td>{expiresAt === undefined ? '' : clock(expiresAt)}</td>
    </tr>
  );
}

/** Those that work first, those that have ended last. */
const byLife = (a: AgentSummary, b: AgentSummary): number => rank(a) - rank(b);

const rank = ({ phase, turn }: AgentSummary): number =>
  phase === 'ended' ? 2 : turn === undefined ? 1 : 0;
