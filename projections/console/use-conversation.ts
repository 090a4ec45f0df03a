import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import { Conversation, type ShownEvent } from './conversation.ts';
import { follow } from './follow.ts';

/** Drawn at most so often, milliseconds: a long conversation comes in many pieces. */
const DRAW_MS = 60;

export interface Followed {
  conversation: Conversation;
  /** Raised with every change of the conversation. */
  version: number;
  /** Why nothing comes at the moment; undefined where all is well. */
  lost: string | undefined;
}

/** The conversation of an agent, from its beginning and on. */
export function useConversation(api: Api, agentId: string): Followed {
  const conversation = useRef(new Conversation());
  const [version, setVersion] = useState(0);
  const [lost, setLost] = useState<string>();
  useEffect(() => {
    const end = new AbortController();
    conversation.current = new Conversation();
    setVersion((count) => count + 1);
    let timer: number | undefined;
    const draw = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        setVersion((count) => count + 1);
      }, DRAW_MS);
    };
    const hear = (events: unknown[]) => {
      // What the API shows as valid was parsed by the schemas of the events.
      for (const event of events as ShownEvent[]) conversation.current.take(event);
      draw();
    };
    const tell = (isWell: boolean, why?: string) => setLost(isWell ? undefined : why);
    const query = { agent: agentId };
    void follow(api, { path: '/events', query, hear, tell, signal: end.signal });
    return () => {
      end.abort();
      window.clearTimeout(timer);
    };
  }, [api, agentId]);
  return { conversation: conversation.current, version, lost };
}
