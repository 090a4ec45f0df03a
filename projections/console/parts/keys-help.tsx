import { Dialog } from './dialog.tsx';

const KEYS: readonly [string, string][] = [
  ['g a', 'Agents'],
  ['g o', 'Overview'],
  ['g d', 'Deliveries'],
  ['g l', 'Log'],
  ['j, k', 'next row, row before'],
  ['Enter', 'opens it'],
  ['/', 'to where one writes'],
  ['Ctrl-Enter', 'sends'],
  ['← →', 'a step of the log, on its slider'],
  ['?', 'this'],
];

export function KeysHelp({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
