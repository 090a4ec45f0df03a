import { useState } from 'preact/hooks';
import type { Redaction } from '../redact.ts';
import { saveAs } from '../save.ts';
import { Dialog } from './dialog.tsx';

/** Makes one HTML file of what is shown; what is taken out of it is a choice. */
export function Share(props: { name: string; page: (redaction: Redaction) => string }) {
  const { name, page } = props;
  const [isOpen, setOpen] = useState(false);
  const [secrets, setSecrets] = useState(true);
  const [ids, setIds] = useState(true);
  const save = () => {
    saveAs(`${name}.html`, new Blob([page({ secrets, ids })], { type: 'text/html' }));
    setOpen(false);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Share
      </button>
      {isOpen && (
        <Dialog title="Share as one HTML file" close={() => setOpen(false)}>
          <label class="choice">
            <input
              type="checkbox"
              checked={secrets}
              onChange={({ currentTarget }) => setSecrets(currentTarget.checked)}
            />
            Without what looks like a key, a token or a password
          </label>
          <label class="choice">
            <input
              type="checkbox"
              checked={ids}
              onChange={({ currentTarget }) => setIds(currentTarget.checked)}
            />
            Without ids of agents, people, chats and messages
          </label>
          <p>
            It knows what such things look like, not what they mean: read it before you give it
            away.
          </p>
          <button type="button" onClick={save}>
            Save the file
          </button>
        </Dialog>
      )}
    </>
  );
}
