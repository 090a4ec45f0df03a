import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useLog } from '../use-log.ts';
import { Said } from './said.tsx';

const NEAR_END = 60;

/** What an agent prints. */
export function LogPane({ api, agent }: { api: Api; agent: string }) {
  const lines = useLog(api, agent);
  const box = useRef<HTMLPreElement>(null);
  const isNearEnd = useRef(true);
  useLayoutEffect(() => {
    const { current } = box;
    if (current !== null && isNearEnd.current) current.scrollTop = current.scrollHeight;
  }, [lines]);
  const scrolled = () => {
    const { current } = box;
    if (current === null) return;
    isNearEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END;
  };
  return (
    <section aria-labelledby="log" class="log">
      <h2 id="log">Log</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <pre ref={box} onScroll={scrolled} tabIndex={0}>
        {lines.map(({ sequence, stream, line }) => (
          <span key={sequence} class={stream}>
            <Said text={line} />
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}
