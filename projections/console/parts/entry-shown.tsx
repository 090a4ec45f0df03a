import { useState } from 'preact/hooks';
import type { FileReference } from '../../../schemas/events/file.ts';
import { type AddressOf, type Api, newKey } from '../api.ts';
import type { Entry } from '../conversation.ts';
import { addressOf } from '../place.ts';
import { saveAs } from '../save.ts';
import { bytes, clock } from '../words.ts';
import { Said } from './said.tsx';
import { Trouble } from './trouble.tsx';

export interface EntryProps {
  api: Api;
  path: AddressOf<'getAgent'>;
  entry: Entry;
  isWanted: boolean;
}

/** Characters that are drawn of a text before somebody asks for the rest. */
const SHOWN_TEXT = 20_000;

const NAMES = {
  message: 'message',
  answer: 'answer',
  question: 'question',
  progress: 'progress',
  call: 'call',
  state: '',
  failure: '',
} as const;

/** One thing that was said or done. */
export function EntryShown({ api, path, entry, isWanted }: EntryProps) {
  const {
    kind,
    text,
    sequence,
    time,
    from,
    files = [],
    options = [],
    input,
    result,
    waterfall,
  } = entry;
  return (
    <li class={`entry ${kind} ${isWanted ? 'wanted' : ''}`} data-at={sequence}>
      <p class="head">
        <strong>{NAMES[kind]}</strong> {from} <time dateTime={time}>{clock(time)}</time>{' '}
        {waterfall !== undefined && (
          <a data-row href={addressOf({ view: 'waterfall', sequence: waterfall })}>
            waterfall
          </a>
        )}
      </p>
      <EntryText text={text} />
      {kind === 'call' && (
        <details>
          <summary>
            {result === undefined ? 'goes on' : entry.hasFailed ? 'failed' : 'done'}
          </summary>
          <pre>
            <Said text={`${input ?? ''}\n→ ${result ?? '…'}`} />
          </pre>
        </details>
      )}
      {files.map((file) => (
        <FileButton key={file.fileId} api={api} file={file} />
      ))}
      {kind === 'question' && options.length > 0 && <Choices api={api} path={path} entry={entry} />}
    </li>
  );
}

function EntryText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > SHOWN_TEXT && !isWhole;
  return (
    <p class="text">
      <Said text={isLong ? text.slice(0, SHOWN_TEXT) : text} />
      {isLong && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {text.length} characters
        </button>
      )}
    </p>
  );
}

function Choices({ api, path, entry }: Pick<EntryProps, 'api' | 'path' | 'entry'>) {
  const [isSent, setSent] = useState(false);
  const [error, setError] = useState<Error>();
  const answer = (text: string) => {
    setSent(true);
    setError(undefined);
    // Any other question is answered by what is said next.
    const body = { text, ...(entry.waits && { answers: entry.id }) };
    const headers = { 'idempotency-key': newKey() };
    api.post('sendMessage', `${path}/messages`, { body, headers }).catch((cause) => {
      setSent(false);
      setError(cause);
    });
  };
  return (
    <>
      <p class="choices">
        {entry.options?.map((option) => (
          <button
            type="button"
            key={option}
            disabled={!entry.isOpen || isSent}
            onClick={() => answer(option)}
          >
            <Said text={option} />
          </button>
        ))}
      </p>
      <Trouble error={error} />
    </>
  );
}

function FileButton({ api, file }: { api: Api; file: FileReference }) {
  const [error, setError] = useState<Error>();
  const save = async () => {
    setError(undefined);
    try {
      const response = await api.fetch('GET', `/files/${encodeURIComponent(file.fileId)}`);
      saveAs(file.name, await response.blob());
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
  return (
    <p>
      <button type="button" onClick={() => void save()}>
        <Said text={file.name} /> ({bytes(file.size)})
      </button>
      <Trouble error={error} />
    </p>
  );
}
