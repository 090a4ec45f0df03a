import { useMemo } from 'preact/hooks';
import { visibleText } from '../../../schemas/visible-text.ts';

/** What an agent, a person or a program wrote: text and nothing else, each of its characters visible. */
export function Said({ text }: { text: string }) {
  const shown = useMemo(() => visibleText(text), [text]);
  return <>{shown}</>;
}
