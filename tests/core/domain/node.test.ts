import test from 'ava';
import { evolveNode, isDraining, type NodeState } from '../../../core/domain/node/node.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { stored } from '../../support/decider.ts';

const folded = (...events: StoredEvent[]) =>
  events.reduce<NodeState | undefined>((state, event) => evolveNode(state, event), undefined);

const draining = (id: string) => stored('node.draining', {}, { id });
const drained = (drainId: string) => stored('node.drained', { drainId, kept: 0 });
const resumed = stored('node.resumed', {});

test('a node drains, is drained, and takes agents again', (t) => {
  const phases = [
    [draining('d-1')],
    [draining('d-1'), drained('d-1')],
    [draining('d-1'), drained('d-1'), resumed],
  ].map((events) => {
    const state = folded(...events);
    return [state?.phase, isDraining(state)];
  });
  t.deepEqual(phases, [
    ['draining', true],
    ['drained', true],
    [undefined, false],
  ]);
});

test('the end of an earlier drain does not end the present one', (t) => {
  t.is(folded(draining('d-1'), draining('d-2'), drained('d-1'))?.phase, 'draining');
  t.is(folded(draining('d-1'), resumed, drained('d-1')), undefined);
});

test('what does not fit changes nothing', (t) => {
  t.is(folded(resumed), undefined);
  t.is(folded(drained('d-1')), undefined);
  t.false(isDraining(undefined));
  t.is(folded(draining('d-1'), stored('turn.nudged', { turnId: 't' }))?.phase, 'draining');
});
