import type { StoredEvent } from '../../../schemas/event.ts';
import type { Told } from './transcript.ts';

/** What an event says that a host stated; undefined for the events of others. */
export function toldByEvent(event: StoredEvent): Told | undefined {
  switch (event.type) {
    case 'turn.ready': {
      const { problem } = event.data;
      return problem === undefined ? { ready: true } : { notReady: problem };
    }
    case 'turn.signalled': {
      const { taken: _taken, ...turnEnd } = event.data;
      return { turnEnd };
    }
    case 'response.question': {
      const { text, options = [] } = event.data;
      return { question: text, options };
    }
    case 'response.progress':
      return { notice: event.data.text };
    default:
      return undefined;
  }
}
