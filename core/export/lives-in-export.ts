import type { StoredEvent } from '../../schemas/event.ts';
import { agentOf } from '../conversation/talk.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem } from '../domain/system-state.ts';
import { foundMessage } from '../log/last.ts';
import type { KnownAgent } from '../projection/life-from-log.ts';
import { recordOfLine } from './event-line.ts';
import { readExport } from './export-reader.ts';
import { linesOf } from './lines.ts';
import { folderOf } from './verify-export.ts';

/** An agent as the events of an export tell it, also one that was archived, and those of them that count. */
export interface ExportedLife {
  agent: KnownAgent;
  events: StoredEvent[];
}

/** Of an export that was verified, every agent that somebody had created. All of their events are held in memory. */
export async function livesInExport(bytes: AsyncIterable<Uint8Array>): Promise<ExportedLife[]> {
  const state = initialSystem();
  const lives = new Map<string, StoredEvent[]>();
  await readExport(bytes, async ({ name, content }) => {
    if (folderOf(name) !== 'events') {
      for await (const _chunk of content);
      return;
    }
    for await (const line of linesOf(content, name)) {
      const message = foundMessage(recordOfLine(line));
      // That it leaves the state is all that this one says.
      if (message.subject.endsWith('.process.archived')) continue;
      const agentId = agentOf(message.subject);
      const folded = foldMessage(state, message);
      if (agentId === undefined || folded.kind !== 'event') continue;
      const events = lives.get(agentId) ?? [];
      lives.set(agentId, events);
      events.push(folded.event);
    }
  });
  return [...lives].flatMap(([agentId, events]) => {
    const agent = state.agents.get(agentId);
    return agent === undefined || agent.phase === 'unknown' ? [] : [{ agent, events }];
  });
}
