import { z } from 'zod';
import { toHeaders } from './cloud-event.ts';
import { EVENT_CATALOGUE } from './event-catalogue.ts';
import { subjectPattern } from './subject-pattern.ts';
import { STREAM_SUBJECTS } from './subjects.ts';

type Json = Record<string, unknown>;

/**
 * What stands in the streams as an AsyncAPI 3 document, made from the catalogue of events and the table of
 * streams: a channel for each type of event, and for each subject of a stream that has no events. Pure.
 */
export function asyncApi(): Json {
  const events = Object.entries(EVENT_CATALOGUE).map(([type, schema]): [string, Json] => [
    type,
    eventChannel(type, schema),
  ]);
  const channels = Object.fromEntries([...events, ...rawChannels()]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Orchestrator: the event log',
      version: '1',
      description:
        'CloudEvents 1.0 in binary mode on NATS JetStream. What agents say is stored in SAID and sourced by EVENTS, which is one total order.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: { nats: { host: 'localhost:4222', protocol: 'nats' } },
    channels,
    operations: Object.fromEntries(
      Object.keys(channels).map((name) => [
        `store.${name}`,
        { action: 'send', channel: { $ref: `#/channels/${name}` } },
      ]),
    ),
    components: { schemas: { CloudEvent: headers() } },
  };
}

function eventChannel(type: string, schema: z.ZodType): Json {
  const address = subjectPattern(type).replaceAll('<', '{').replaceAll('>', '}');
  return {
    address,
    ...parametersOf(address),
    messages: {
      [type]: {
        name: type,
        contentType: 'application/json',
        headers: { $ref: '#/components/schemas/CloudEvent' },
        payload: payloadOf(schema),
      },
    },
  };
}

/** Streams whose messages are no events of the catalogue. */
const RAW: Readonly<Record<string, string>> = {
  LOGS: 'A line of output, as bytes.',
  FILES: 'A piece of a file, as bytes.',
  EVENTS_DLQ: 'What stands in a stream and no reader takes, as it was.',
  IDS: 'A claim of an id that a caller chose.',
  WORK: 'The order of a job, for a worker of its tool.',
  WORKED: 'What a worker says of a job.',
  SEALS: 'A seal of EVENTS, its salts, or the key of all seals.',
};

function rawChannels(): [string, Json][] {
  return Object.entries(RAW).flatMap(([stream, what]) => {
    const filters: readonly string[] = Object.entries(STREAM_SUBJECTS).flatMap(
      ([name, subjects]) => (name === stream ? subjects : []),
    );
    return filters.map((filter, at): [string, Json] => {
      const address = namedTokens(filter);
      const name = filters.length === 1 ? stream : `${stream}.${at + 1}`;
      const messages = { [name]: { name, summary: what } };
      return [name, { address, ...parametersOf(address), description: what, messages }];
    });
  });
}

/** `jobs.*.log.*` as `jobs.{a}.log.{b}`: wildcards of a filter have no names. */
function namedTokens(filter: string): string {
  const names = 'abcdefgh';
  let next = 0;
  return filter
    .split('.')
    .map((token) => (token === '*' || token === '>' ? `{${names[next++]}}` : token))
    .join('.');
}

function parametersOf(address: string): Json {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return names.length === 0
    ? {}
    : { parameters: Object.fromEntries(names.map((name) => [name, {}])) };
}

/** The headers of every event, of which the last three are not on all. */
function headers(): Json {
  const text = '';
  const all = { id: text, type: text, source: text, time: text };
  const required = toHeaders(all).map(([name]) => name);
  const more = { correlationId: text, causationId: text, traceparent: text };
  const names = toHeaders({ ...all, ...more }).map(([name]) => name);
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  return { type: 'object', required, properties };
}

/** As JSON Schema draft 7. What refers to itself is any JSON, whose schema a document could not hold here. */
function payloadOf(schema: z.ZodType): unknown {
  const options = { io: 'input', unrepresentable: 'any', target: 'draft-7' } as const;
  const { $schema: _, definitions: _own, ...json } = z.toJSONSchema(schema, options);
  return withoutReferences(json);
}

function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withoutReferences(part)]),
  );
}
