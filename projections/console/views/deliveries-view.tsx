import { useState } from 'preact/hooks';
import type { AnswerOf, Api } from '../api.ts';
import { Said } from '../parts/said.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { addressOf } from '../place.ts';
import { usePolled } from '../use-polled.ts';
import { clock } from '../words.ts';

type Delivery = AnswerOf<'listDeliveries'>['deliveries'][number];

const EVERY_MS = 5_000;

/** What was not brought to its chat, or perhaps twice, and what one can do about it. */
export function DeliveriesView({ api, which }: { api: Api; which: 'owed' | 'all' }) {
  const query = which === 'owed' ? { owed: 'true' } : {};
  const { value, error, again } = usePolled(`deliveries/${which}`, EVERY_MS, (signal) =>
    api.get('listDeliveries', '/deliveries', { query, signal }),
  );
  const other = which === 'owed' ? 'all' : 'owed';
  return (
    <>
      <h1>{which === 'owed' ? 'Deliveries to look at' : 'Deliveries'}</h1>
      <p>
        <a href={addressOf({ view: 'deliveries', which: other })}>
          {other === 'all' ? 'Show all of them' : 'Show what failed or was perhaps repeated'}
        </a>
      </p>
      <Trouble error={error} />
      {value?.deliveries.length === 0 && <p>There is nothing.</p>}
      {value !== undefined && value.deliveries.length > 0 && (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">Delivery</th>
                <th scope="col">State</th>
                <th scope="col">Requested</th>
                <th scope="col">What to do</th>
              </tr>
            </thead>
            <tbody>
              {value.deliveries.map((delivery) => (
                <DeliveryRow
                  key={`${delivery.channel}/${delivery.id}`}
                  {...{ api, delivery, again }}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function DeliveryRow({
  api,
  delivery,
  again,
}: {
  api: Api;
  delivery: Delivery;
  again: () => void;
}) {
  const { channel, id, state, chatId, agentId, requestedAt, sequence, reason, perhaps } = delivery;
  const [error, setError] = useState<Error>();
  const done = (asked: Promise<unknown>) => {
    setError(undefined);
    asked.then(again, setError);
  };
  const isOwed = (state === 'failed' || perhaps) && !delivery.again && !delivery.arrived;
  const canRepeat = state === 'failed' || (state === 'confirmed' && perhaps);
  return (
    <tr class={state}>
      <th scope="row">
        {agentId === undefined ? (
          <a data-row href={addressOf({ view: 'log', at: sequence })}>
            {id}
          </a>
        ) : (
          <a data-row href={addressOf({ view: 'waterfall', sequence })}>
            {id}
          </a>
        )}
        <small>
          {channel}, chat {chatId}
        </small>
      </th>
      <td>
        <span class={`phase ${state}`}>{perhaps ? `${state}, perhaps twice` : state}</span>
        <small>
          <Said text={reason ?? ''} />
          {delivery.again !== undefined && ` Sent again as ${delivery.again}.`}
          {delivery.arrived && ' It arrived, an operator says.'}
        </small>
      </td>
      <td>{clock(requestedAt)}</td>
      <td>
        {isOwed && canRepeat && (
          <button
            type="button"
            onClick={() => done(api.post('sendAgain', `/deliveries/${channel}/${id}/again`))}
          >
            Send again
          </button>
        )}
        {isOwed && (
          <button
            type="button"
            onClick={() => done(api.post('stateArrived', `/deliveries/${channel}/${id}/arrived`))}
          >
            It arrived
          </button>
        )}
        <Trouble error={error} />
      </td>
    </tr>
  );
}
