import { z } from 'zod';

/** What is not over yet, as far as its end is to be measured. Times are Unix milliseconds. */

const turn = z.object({
  turnId: z.string(),
  /** When the messages were sent that it serves. */
  sent: z.array(z.number()),
  /** The agent has said something. */
  spoke: z.boolean(),
});

const agent = z.object({ kind: z.string(), ended: z.boolean(), turn: turn.optional() });
export type CountedAgent = z.infer<typeof agent>;

export const openWork = z.object({
  agents: z.array(z.tuple([z.string(), agent])),
  messages: z.array(z.tuple([z.string(), z.number()])),
  deliveries: z.array(z.tuple([z.string(), z.number()])),
});

/** So many messages and deliveries are waited for; the oldest of more are not measured. */
const MAX_OPEN = 10_000;

export class OpenWork {
  /** Those that are not archived. */
  readonly agents: Map<string, CountedAgent>;
  /** When those were sent that no agent has, by their ids. */
  readonly messages: Map<string, number>;
  /** When those were requested that are not over, by their ids. */
  readonly deliveries: Map<string, number>;

  constructor(kept: z.infer<typeof openWork> = { agents: [], messages: [], deliveries: [] }) {
    this.agents = new Map(kept.agents);
    this.messages = new Map(kept.messages);
    this.deliveries = new Map(kept.deliveries);
  }

  kept(): z.infer<typeof openWork> {
    return {
      agents: [...this.agents],
      messages: [...this.messages],
      deliveries: [...this.deliveries],
    };
  }
}

/** Remembers since when something is open. */
export function opened(open: Map<string, number>, id: string, at: number): void {
  const [oldest] = open.keys();
  if (open.size >= MAX_OPEN && oldest !== undefined) open.delete(oldest);
  open.set(id, at);
}

/** Since when it was open, if that is known; it is no more. */
export function closed(open: Map<string, number>, id: string): number | undefined {
  const at = open.get(id);
  open.delete(id);
  return at;
}
