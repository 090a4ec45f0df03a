import test from 'ava';
import { forkPoint } from '../../../core/conversation/fork-point.ts';
import { standing } from '../../../core/conversation/standing.ts';
import type { StoredEvent } from '../../../schemas/event.ts';

const AGENT = 'agent-0123456789ab';

const log = (...entries: [type: string, data: object, id?: string][]): StoredEvent[] =>
  entries.map(([type, data, id = `e-${type}`], index) => {
    const time = `2026-01-01T00:00:${String(index + 1).padStart(2, '0')}.000Z`;
    const address = { subject: `agents.${AGENT}.${type}`, sequence: index + 1 };
    // Type and data come in pairs.
    return { id, type, data, ...address, source: 'test', time } as unknown as StoredEvent;
  });

const turn = (n: number): [string, object, string?][] => [
  ['command.send', { text: `message ${n}`, mode: 'join' }, `m-${n}`],
  ['turn.started', { turnId: `turn-${n}`, commandId: `m-${n}` }],
  ['process.delivered', { turnId: `turn-${n}`, commandId: `m-${n}` }],
  ['turn.ended', { turnId: `turn-${n}` }],
];

/** Three turns, back to the first, with a message that waited, and a fourth. */
const REWOUND = log(
  ...turn(1),
  ...turn(2),
  ...turn(3),
  ['command.send', { text: 'waits', mode: 'join' }, 'm-4'],
  ['process.resumed', { rewound: { turnId: 'turn-1', sequence: 4 } }],
  ['turn.started', { turnId: 'turn-4', commandId: 'm-4' }],
  ['process.delivered', { turnId: 'turn-4', commandId: 'm-4' }],
  ['turn.ended', { turnId: 'turn-4' }],
);

const textsAt = (turnId?: string) =>
  forkPoint(REWOUND, turnId === undefined ? undefined : { turnId }).story.map(({ text }) => text);

test('what was rewound is as if it had not been, for whoever comes later', (t) => {
  t.deepEqual(textsAt(), ['message 1', 'waits']);
  t.deepEqual(textsAt('turn-1'), ['message 1']);
  const turns = standing(REWOUND).flatMap((event) =>
    event.type === 'turn.ended' ? [event.data.turnId] : [],
  );
  t.deepEqual(turns, ['turn-1', 'turn-4']);
});

test('a turn that was rewound can be forked as it was then', (t) => {
  t.deepEqual(textsAt('turn-3'), ['message 1', 'message 2', 'message 3']);
});

test('right after a rewind the last turn is the one that it led to', (t) => {
  t.is(forkPoint(REWOUND.slice(0, 14)).turnId, 'turn-1');
});
