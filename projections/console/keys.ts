export interface KeyActions {
  /** The letter that was typed behind `g`. */
  go: (letter: string) => void;
  help: () => void;
}

/** A letter counts with the `g` before it for so long, milliseconds. */
const TOGETHER_MS = 1_500;

/**
 * What the keys do, wherever nothing is written: `g` and a letter goes to a view, `j` and `k` go from row to row, `/`
 * to where one writes or searches, `?` shows them all. The result ends it.
 */
export function followKeys({ go, help }: KeyActions): () => void {
  let wasG = 0;
  const typed = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, target, timeStamp } = event;
    if (ctrlKey || metaKey || altKey || isWritten(target)) return;
    if (timeStamp - wasG < TOGETHER_MS) {
      wasG = 0;
      go(key);
      return;
    }
    if (key === 'g') wasG = timeStamp;
    else if (key === 'j') step(1);
    else if (key === 'k') step(-1);
    else if (key === '?') help();
    else if (key === '/') {
      event.preventDefault();
      document.querySelector<HTMLElement>('[data-write]')?.focus();
    }
  };
  window.addEventListener('keydown', typed);
  return () => window.removeEventListener('keydown', typed);
}

const isWritten = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const { activeElement } = document;
  const at = rows.findIndex((row) => row === activeElement || row.contains(activeElement));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
