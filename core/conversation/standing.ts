import type { StoredEvent } from '../../schemas/event.ts';

/**
 * The events of an agent without those that were rewound: what came of the turns after the one that it went on from, as if
 * they had not been. Messages stay, since one that no turn had taken waited for the next. Pure.
 *
 * @param events of the agent, in the order of the log
 */
export function standing(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let kept: readonly StoredEvent[] = events;
  for (const event of events) {
    if (event.type !== 'process.resumed' || event.data.rewound === undefined) continue;
    const { sequence } = event.data.rewound;
    kept = kept.filter(
      (each) =>
        each.sequence <= sequence ||
        each.sequence >= event.sequence ||
        each.type === 'command.send',
    );
  }
  return kept;
}
