import type { TurnSide } from '../../core/conversation/turn-side.ts';
import type { WhatIfComparison } from '../../core/operator/compare-what-if.ts';
import { textTable } from '../text-table.ts';
import type { WhatIfDiffs } from './what-if-diffs.ts';

/** What somebody is told who runs one without isolation. */
export const NOT_ISOLATED =
  'not isolated: it may reach the network, and, as a process of this machine, what your user may read and write; its tools are answered by the record all the same';

/** Most characters of a cell. */
const SHOWN = 60;

/** The two turns side by side, and their diffs where these are wanted. */
export function whatIfText(
  { agentId, of, isOver, isolated, recorded, tried }: WhatIfComparison,
  diffs?: WhatIfDiffs,
): string {
  const end = isOver ? 'it has ended' : 'it runs';
  const alone = isolated ? 'no network but to its model' : 'not isolated';
  const rows = [
    both('agent', (side) => side.agentId, recorded, tried),
    both('kind', kindOf, recorded, tried),
    both('told', ({ told }) => cut(told.join(' / ')), recorded, tried),
    both('outcome', outcomeText, recorded, tried),
    both('said', ({ said }) => cut(said.map(({ text }) => text).join(' / ')), recorded, tried),
    ...callRows(recorded, tried),
    both('files', filesText, recorded, tried),
    both(
      'time',
      ({ ms }) => (ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`),
      recorded,
      tried,
    ),
    both('tokens, cost', ({ usage }) => usage, recorded, tried),
  ];
  return [
    `${of.turnId} of ${of.agentId}, run otherwise by ${agentId}: ${end}; ${alone}\n\n`,
    textTable(['', 'what happened', 'what if'], rows),
    '\nTokens and cost are unknown: nothing in the log says what a turn used.\n',
    ...(diffs ? [`\n--- what happened\n${diffs.recorded}\n--- what if\n${diffs.tried}`] : []),
  ].join('');
}

const both = (
  name: string,
  shown: (side: TurnSide) => string,
  recorded: TurnSide,
  tried: TurnSide,
): string[] => [name, shown(recorded), shown(tried)];

const kindOf = ({ kind, model }: TurnSide): string =>
  model === undefined ? kind : `${kind}, ${model}`;

const outcomeText = ({ outcome, failure }: TurnSide): string =>
  failure === undefined ? outcome : cut(`${outcome}: ${failure.code}, ${failure.reason}`, 200);

const filesText = ({ files }: TurnSide): string =>
  files === undefined
    ? 'nothing is kept of them'
    : `${files.files} changed, +${files.insertions} −${files.deletions}`;

function callRows({ calls: were }: TurnSide, { calls: are }: TurnSide): string[][] {
  const rows = Math.max(were.length, are.length);
  return Array.from({ length: rows }, (_, index) => [
    index === 0 ? 'calls' : '',
    callText(were[index]),
    callText(are[index]),
  ]);
}

function callText(call: TurnSide['calls'][number] | undefined): string {
  if (call === undefined) return '';
  const { name, input, result, code } = call;
  const what = cut(`${name} ${typeof input === 'string' ? input : JSON.stringify(input)}`);
  return `${result}${code === undefined || result === 'refused' ? '' : ` (${code})`}: ${what}`;
}

const cut = (text: string, most = SHOWN): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()} …`;
