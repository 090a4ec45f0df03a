import type { Counts } from './counts.ts';
import type { Fitted } from './fitted.ts';
import type { Sample } from './samples.ts';
import { type ServiceVerdict, settled } from './verdict.ts';

const MIB = 1024 ** 2;

/** The lines for docs/reliability.md. */
export function report(
  samples: readonly Sample[],
  verdicts: readonly ServiceVerdict[],
  counts: Counts,
): string[] {
  const counted = settled(samples);
  const [first, last] = [counted[0], samples.at(-1)];
  return [
    `${counts.messages} messages in ${last?.minutes.toFixed(1)} min, ${counts.endedAgents} agents ended; ` +
      `judged from minute ${first?.minutes.toFixed(1)} on, by ${counted.length} samples.`,
    '',
    '| process | heap after a collection, MiB | an hour | descriptors | handles | listeners | most on one | emitters | event targets | promises | flat |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...verdicts.map(row),
    '',
    '| counted | |',
    '| --- | --- |',
    ...Object.entries(WORDS).map(
      ([name, words]) => `| ${words} | ${counts[name as keyof Counts]} |`,
    ),
  ];
}

const WORDS: Partial<Record<keyof Counts, string>> = {
  messages: 'messages',
  notOneCommand: '… without exactly one command in the log',
  notOneOutcome: '… without exactly one outcome',
  failed: '… whose turn failed, or that were refused',
  notOneAnswer: '… without exactly one answer or question in the log',
  notOnceInChat: '… of people in Telegram, without exactly one answer or question in their chat',
  notOnceInRedis: '… without exactly one entry in Redis',
};

function row({ service, figures, leaks, most: [count, where] }: ServiceVerdict): string {
  const { heap } = figures;
  const hour = ((heap.slope * 60) / heap.first) * 100;
  const cells = [
    service,
    `${mib(heap.first)} → ${mib(heap.last)}`,
    `${hour >= 0 ? '+' : '−'}${Math.abs(hour).toFixed(1)} %`,
    ...[figures.descriptors, figures.handles, figures.listeners].map(change),
    `${count} (${where})`,
    ...[figures.emitters, figures.targets, figures.promises].map(change),
    leaks.length === 0 ? 'yes' : `no: ${leaks.join(', ')}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(2);

const change = ({ first, last }: Fitted): string => `${first.toFixed(1)} → ${last.toFixed(1)}`;
