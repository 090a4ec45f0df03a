import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {
  type CallOutcome,
  decideAgain,
  decideAttempt,
  decideOutcome,
  decideRequest,
  decideUnreadable,
  deliveryEvent,
} from '../../../core/domain/delivery/decide-delivery.ts';
import {
  type DeliveryState,
  evolveDelivery,
  isSettled,
} from '../../../core/domain/delivery/delivery.ts';
import type { NewEvent, StoredEvent } from '../../../schemas/event.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';
import { frozen } from '../../support/frozen.ts';

const PLACE = {
  channel: 'telegram',
  deliveryId: 'answer-1',
  now: new Date('2026-01-04T15:00:00.000Z'),
};

const after = (state: DeliveryState | undefined, event: NewEvent): DeliveryState => {
  const stored = { ...event, sequence: 1 } as StoredEvent;
  const next = evolveDelivery(state && frozen(state), stored);
  if (next === undefined) throw new Error('nothing was requested');
  return next;
};

const requested = after(undefined, decideRequest({ chatId: '7', text: 'hello' }, PLACE));

/** The state after an attempt with this outcome. */
function attempted(state: DeliveryState, outcome: CallOutcome, parts = 1): DeliveryState {
  if (state.phase !== 'waiting') throw new Error(`it is ${state.phase}`);
  const attempting = after(state, decideAttempt(state, parts, PLACE));
  if (attempting.phase !== 'attempting') throw new Error(`it is ${attempting.phase}`);
  return after(attempting, decideOutcome(attempting, parts, outcome, PLACE));
}

const taken: CallOutcome = { kind: 'taken', messageId: '5' };
const perhaps: CallOutcome = { kind: 'perhaps', reason: 'ECONNRESET' };
const again: CallOutcome = { kind: 'again', code: 500, reason: 'error' };
const unformatted: CallOutcome = {
  kind: 'without',
  pieces: ['entities'],
  code: 400,
  reason: 'entities',
};
const refused: CallOutcome = { kind: 'refused', code: 403, reason: 'blocked' };

test('a part that is taken is followed by the next, the last one ends the delivery', (t) => {
  const second = attempted(requested, taken, 2);
  t.like(second, { phase: 'waiting', part: 1, perhaps: false });
  t.is(attempted(second, taken, 2).phase, 'confirmed');
});

test('what nobody knows is perhaps a repeat, until its part is taken', (t) => {
  const unsure = attempted(requested, perhaps, 2);
  t.like(unsure, { phase: 'waiting', part: 0, perhaps: true });
  t.like(attempted(unsure, again, 2), { phase: 'waiting', perhaps: true });
  t.like(attempted(unsure, taken, 2), { phase: 'waiting', part: 1, perhaps: false });
});

test('what is refused is left out, then anything else that may be; refused without them it is given up', (t) => {
  const plain = attempted(requested, unformatted);
  t.like(plain, { phase: 'waiting', without: ['entities'] });
  const bare = attempted(plain, unformatted);
  t.like(bare, { phase: 'waiting', without: ['entities', 'buttons', 'file'] });
  t.like(attempted(bare, unformatted), { phase: 'failed', reason: 'entities' });
  t.like(attempted(requested, refused), { phase: 'failed', reason: 'blocked' });
});

test('A5: what cannot be shown at all is given up before it is attempted', (t) => {
  if (requested.phase !== 'waiting') return t.fail();
  const event = decideUnreadable(requested, 'no text', PLACE);
  t.like(event.data, { again: false, code: 0 });
  t.like(after(requested, event), { phase: 'failed', reason: 'no text' });
});

test('what an operator knows to have arrived is not sent any more, and what is over stays as it is', (t) => {
  const arrived = deliveryEvent('delivery.arrived', {}, PLACE, 'once');
  t.is(after(requested, arrived).phase, 'confirmed');
  t.is(after(attempted(requested, perhaps, 2), arrived).phase, 'confirmed');
  t.is(after(attempted(requested, refused), arrived).phase, 'failed');
});

test('what is sent again goes out marked where the chat may have it, and says of what it is the repeat', (t) => {
  const { request } = attempted(requested, refused);
  const place = { ...PLACE, deliveryId: 'again_1' };
  const marked = decideAgain(request, 'answer-1', true, place);
  t.like(marked.data, { chatId: '7', text: 'hello', insteadOf: 'answer-1', perhaps: true });
  t.like(after(undefined, marked), { phase: 'waiting', perhaps: true });
  const plain = decideAgain(marked.data, 'again_1', false, place);
  t.deepEqual(plain.data, { chatId: '7', text: 'hello', insteadOf: 'again_1' });
});

test('every attempt and every outcome has an id of its own, and the same each time', (t) => {
  const ids = new Set<string>();
  let state: DeliveryState = requested;
  for (const outcome of [again, perhaps, again, taken]) {
    if (state.phase !== 'waiting') return t.fail();
    const attempt = decideAttempt(state, 1, PLACE);
    t.deepEqual(decideAttempt(state, 1, PLACE), attempt);
    const attempting = after(state, attempt);
    if (attempting.phase !== 'attempting') return t.fail();
    const result = decideOutcome(attempting, 1, outcome, PLACE);
    for (const { id } of [attempt, result]) {
      t.false(ids.has(id));
      ids.add(id);
    }
    state = after(attempting, result);
  }
});

test('no events whatever break the fold, and what is settled stays so', (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let state: DeliveryState | undefined;
      for (const event of events) {
        const next = evolveDelivery(state && frozen(state), event);
        if (state !== undefined && isSettled(state)) assert.equal(next, state);
        state = next;
      }
    }),
  );
  t.pass();
});
