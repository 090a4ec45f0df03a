import { useRef, useState } from 'preact/hooks';
import { type AddressOf, type Api, newKey } from '../api.ts';
import { Trouble } from './trouble.tsx';

/** Writes to an agent, with a file where one is chosen. */
export function WriteForm({ api, path }: { api: Api; path: AddressOf<'getAgent'> }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  // The same message has the same key until it is stored: a repeat after a loss is no second one.
  const key = useRef(newKey());
  const send = async () => {
    if (text.trim() === '' || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      const files = await stored(api, path, file.current?.files?.[0]);
      const headers = { 'idempotency-key': key.current };
      await api.post('sendMessage', `${path}/messages`, { body: { text, ...files }, headers });
      key.current = newKey();
      setText('');
      if (file.current !== null) file.current.value = '';
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="write"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label>
        <span class="unseen">Message</span>
        <textarea
          data-write
          rows={2}
          placeholder="Write to it; Ctrl-Enter sends"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            key.current = newKey();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void send();
          }}
        />
      </label>
      <label>
        <span class="unseen">A file that goes with it</span>
        <input type="file" ref={file} />
      </label>
      <button type="submit" disabled={isBusy || text.trim() === ''}>
        Send
      </button>
      <Trouble error={error} />
    </form>
  );
}

async function stored(api: Api, path: AddressOf<'getAgent'>, file: File | undefined) {
  if (file === undefined) return {};
  const asked = { query: { name: file.name }, body: file };
  return { files: [await api.post('storeFile', `${path}/files`, asked)] };
}
