import { speakerAt } from '../../schemas/agents-word.ts';
import { ERRORS } from '../../schemas/errors.ts';
import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import type { ParsedEvent } from '../../schemas/parse-event.ts';
import { type Address, parseSubject } from '../../schemas/subjects.ts';
import type { MetricValues } from './metric-values.ts';
import { type CountedAgent, closed, type OpenWork, opened } from './open-work.ts';

/** What the log has counted to, and what it counts with. */
export interface Counting {
  values: MetricValues;
  open: OpenWork;
  /** The kinds of agents that there are: another one is counted as `other`. */
  kinds: ReadonlySet<string>;
}

/** Where people talk from; a label has few values, and a channel is any token. */
const CHANNELS: ReadonlySet<string> = new Set(['telegram', 'terminal', 'redis']);

const MS = 1_000;

/** Counts one message of EVENTS. Pure, but for the counters; total. */
export function countMessage(parsed: ParsedEvent, counting: Counting): void {
  if (parsed.kind !== 'event') {
    counting.values.add('orchestrator_events_refused_total', [parsed.kind]);
    return;
  }
  const { event } = parsed;
  counting.values.add('orchestrator_events_total', [event.type]);
  const address = parseSubject(event.subject);
  const speaker = speakerAt(address);
  const agent = speaker === undefined ? undefined : counting.open.agents.get(speaker);
  if (speaker !== undefined && (agent === undefined || agent.ended)) {
    counting.values.add('orchestrator_events_refused_total', ['refused']);
    return;
  }
  if (event.type.startsWith('tool.')) {
    // Of a declared tool only the subject has the name, which may be any.
    counting.values.add('orchestrator_tool_calls_total', [nameOf(event.type)]);
    return;
  }
  // Each function stands under the type of the events that it takes.
  const count = COUNT[event.type] as
    | ((event: StoredEvent, counting: Counting, address: Address) => void)
    | undefined;
  if (address !== undefined) count?.(event, counting, address);
}

type Count = {
  [T in EventType]?: (event: StoredEventOf<T>, counting: Counting, address: Address) => void;
};

const COUNT: Count = {
  'command.create': ({ data }, { open }, address) =>
    changeAgent(open, address, (known) => known ?? { kind: data.kind, ended: false }),
  'command.send': ({ id, time, data }, { values, open }) => {
    if (open.messages.has(id)) return;
    values.add('orchestrator_messages_total', [channelOf(data.from?.channel)]);
    opened(open.messages, id, Date.parse(time));
  },
  'process.rejected': ({ data }, { values, open }) => {
    closed(open.messages, data.commandId);
    values.add('orchestrator_commands_rejected_total', [codeOf(data.code)]);
  },
  'turn.started': ({ data: { turnId } }, { open }, address) =>
    changeAgent(
      open,
      address,
      (known) => known && { ...known, turn: { turnId, sent: [], spoke: false } },
    ),
  'process.delivered': ({ data, time }, counting, address) => {
    const sent = closed(counting.open.messages, data.commandId);
    if (sent === undefined) return;
    const agent = agentAt(counting.open, address);
    const kind = kindOf(agent, counting);
    counting.values.observe('orchestrator_message_wait_seconds', [kind], between(sent, time));
    if (agent?.turn?.turnId === data.turnId) agent.turn.sent.push(sent);
  },
  'response.answer': countResponse,
  'response.question': countResponse,
  'response.progress': countResponse,
  'turn.ended': (event, counting, address) => countEnd(event, counting, address),
  'turn.failed': (event, counting, address) => {
    const kind = kindOf(agentAt(counting.open, address), counting);
    const { values } = counting;
    values.add('orchestrator_turn_failures_total', [kind, codeOf(event.data.code)]);
    countEnd(event, counting, address);
  },
  'process.ready': countRun,
  'process.resumed': (event, counting, address) => {
    const { kind } = event.data.was;
    changeAgent(counting.open, address, (known) => ({ kind: known?.kind ?? kind, ended: false }));
    countRun(event, counting, address);
  },
  'process.stopped': countRunEnd,
  'process.exited': countRunEnd,
  'process.lost': countRunEnd,
  'process.start-failed': countRunEnd,
  'process.archived': (_event, { open }, address) => changeAgent(open, address, () => undefined),
  result: ({ data: { ok } }, { values }) =>
    values.add('orchestrator_results_total', [ok ? 'ok' : 'failed']),
  'job.requested': countJob,
  'job.completed': countJob,
  'job.failed': countJob,
  'job.cancelled': countJob,
  'delivery.requested': ({ time }, { open }, address) => {
    const id = deliveryOf(address);
    if (id !== undefined) opened(open.deliveries, id, Date.parse(time));
  },
  'delivery.confirmed': ({ data: { part, parts }, time }, { values, open }, address) => {
    if (part + 1 < parts) return;
    const channel = channelAt(address);
    values.add('orchestrator_deliveries_total', [channel, 'confirmed']);
    const requested = closed(open.deliveries, deliveryOf(address) ?? '');
    if (requested === undefined) return;
    values.observe('orchestrator_delivery_seconds', [channel], between(requested, time));
  },
  'delivery.ambiguous': (_event, { values }, address) =>
    values.add('orchestrator_deliveries_total', [channelAt(address), 'ambiguous']),
  'delivery.failed': ({ data: { again } }, { values, open }, address) => {
    if (!again) closed(open.deliveries, deliveryOf(address) ?? '');
    const outcome = again ? 'again' : 'failed';
    values.add('orchestrator_deliveries_total', [channelAt(address), outcome]);
  },
};

function countResponse({ type, time }: StoredEvent, counting: Counting, address: Address): void {
  const agent = agentAt(counting.open, address);
  const kind = kindOf(agent, counting);
  counting.values.add('orchestrator_responses_total', [kind, nameOf(type)]);
  if (agent?.turn === undefined || agent.turn.spoke) return;
  agent.turn.spoke = true;
  for (const sent of agent.turn.sent) {
    counting.values.observe('orchestrator_message_first_word_seconds', [kind], between(sent, time));
  }
}

function countEnd(
  { type, data, time }: StoredEventOf<'turn.ended'> | StoredEventOf<'turn.failed'>,
  { values, open, kinds }: Counting,
  address: Address,
): void {
  const agent = agentAt(open, address);
  const kind = kindOf(agent, { kinds });
  values.add('orchestrator_turns_total', [kind, nameOf(type)]);
  if (agent?.turn?.turnId !== data.turnId) return;
  for (const sent of agent.turn.sent) {
    values.observe('orchestrator_message_end_seconds', [kind], between(sent, time));
  }
  delete agent.turn;
}

function countRun({ type }: StoredEvent, counting: Counting, address: Address): void {
  const kind = kindOf(agentAt(counting.open, address), counting);
  counting.values.add('orchestrator_runs_total', [kind, nameOf(type)]);
}

function countRunEnd(event: StoredEvent, counting: Counting, address: Address): void {
  countRun(event, counting, address);
  changeAgent(counting.open, address, (known) => known && { kind: known.kind, ended: true });
}

function countJob({ type }: StoredEvent, { values }: Counting): void {
  values.add('orchestrator_jobs_total', [nameOf(type)]);
}

/** `turn.ended`: `ended`. */
const nameOf = (type: string): string => type.slice(type.indexOf('.') + 1);

/** What a clock that was set back tells is none. */
const between = (from: number, time: string): number => Math.max(0, Date.parse(time) - from) / MS;

const agentAt = ({ agents }: OpenWork, address: Address): CountedAgent | undefined =>
  'agentId' in address ? agents.get(address.agentId) : undefined;

function changeAgent(
  { agents }: OpenWork,
  address: Address,
  change: (known: CountedAgent | undefined) => CountedAgent | undefined,
): void {
  if (!('agentId' in address)) return;
  const changed = change(agents.get(address.agentId));
  if (changed === undefined) agents.delete(address.agentId);
  else agents.set(address.agentId, changed);
}

const kindOf = (agent: CountedAgent | undefined, { kinds }: Pick<Counting, 'kinds'>): string =>
  agent !== undefined && kinds.has(agent.kind) ? agent.kind : 'other';

const channelOf = (channel: string | undefined): string =>
  channel === undefined ? 'none' : CHANNELS.has(channel) ? channel : 'other';

const channelAt = (address: Address): string =>
  channelOf('channel' in address ? address.channel : undefined);

const deliveryOf = (address: Address): string | undefined =>
  address.family === 'delivery' ? `${address.channel}/${address.deliveryId}` : undefined;

const codeOf = (code: string): string => (Object.hasOwn(ERRORS, code) ? code : 'other');
