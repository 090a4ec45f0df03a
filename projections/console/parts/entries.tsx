import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AddressOf, Api } from '../api.ts';
import type { Conversation } from '../conversation.ts';
import { EntryShown } from './entry-shown.tsx';

/** Entries that are drawn at once, and by how many one goes on. */
const SHOWN = 120;
const STEP = 80;

/** Nearer to the end than this, pixels, one reads the newest. */
const NEAR_END = 60;

export interface EntriesProps {
  api: Api;
  path: AddressOf<'getAgent'>;
  conversation: Conversation;
  version: number;
  /** The sequence that is to be seen; the newest without. */
  at: number | undefined;
}

/**
 * The entries of a conversation, of which so many are drawn, however many there are: with the newest as long as
 * one reads those, else where one is.
 */
export function Entries({ api, path, conversation, version, at }: EntriesProps) {
  const { entries, forgotten } = conversation;
  /** Behind the last that is drawn, counted with those that were let go; undefined: with the newest. */
  const [end, setEnd] = useState<number>();
  const box = useRef<HTMLOListElement>(null);
  const found = useRef(false);
  const isNearEnd = useRef(true);
  // The version says that the entries are others.
  useEffect(() => {
    if (at === undefined || found.current) return;
    const index = entries.findIndex(({ sequence }) => sequence >= at);
    if (index < 0) return;
    found.current = true;
    if (entries.length - index > SHOWN / 2) setEnd(index + SHOWN / 2 + forgotten);
  }, [version, at]);
  const total = entries.length + forgotten;
  const shownEnd = Math.max(Math.min(end ?? total, total) - forgotten, 0);
  const begin = Math.max(0, shownEnd - SHOWN);
  const shown = entries.slice(begin, shownEnd);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const wanted = at === undefined ? null : current.querySelector(`[data-at="${at}"]`);
    if (wanted !== null && !wanted.hasAttribute('data-seen')) {
      wanted.setAttribute('data-seen', '');
      wanted.scrollIntoView({ block: 'center' });
    } else if (at === undefined && end === undefined && isNearEnd.current) {
      current.scrollTop = current.scrollHeight;
    }
  }, [version, end, at]);
  const scrolled = () => {
    const { current } = box;
    if (current === null) return;
    isNearEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END;
  };
  const earlier = () => setEnd(shownEnd + forgotten - STEP);
  const later = () => {
    const next = shownEnd + STEP;
    setEnd(next >= entries.length ? undefined : next + forgotten);
  };
  return (
    <>
      <p class="pages">
        <button type="button" disabled={begin === 0} onClick={earlier}>
          Earlier
        </button>
        <span data-count={entries.length}>
          {entries.length === 0
            ? 'Nothing was said yet.'
            : `${begin + 1 + forgotten} to ${shownEnd + forgotten} of ${total}`}
        </span>
        <button type="button" disabled={end === undefined} onClick={later}>
          Later
        </button>
        <button type="button" disabled={end === undefined} onClick={() => setEnd(undefined)}>
          Newest
        </button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <ol class="entries" ref={box} onScroll={scrolled} tabIndex={0} aria-label="What was said">
        {shown.map((entry) => (
          <EntryShown
            key={entry.sequence}
            api={api}
            path={path}
            entry={entry}
            isWanted={entry.sequence === at}
          />
        ))}
      </ol>
    </>
  );
}
