import type { z } from 'zod';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { StoredRecord } from '../log/last.ts';
import { keptValues } from './kept-values.ts';
import type { StandIns } from './stand-ins.ts';

/** Headers that say nothing of anybody. */
const KEPT_HEADERS = new Set(['ce-specversion', 'ce-time', 'traceparent', 'content-type']);

/** What the events' own schemas list: `mode: 'join'`. */
const LISTED = keptValues(Object.values<z.ZodType>(EVENT_CATALOGUE));

/** Words of ours that the schemas take as any text. */
const KEPT_KEYS = new Set(['kind', 'channel', 'runtime', 'executor', 'code']);

/** Below these anything may stand, in keys and numbers as well: what tools are called with, and answer. */
const FREE = new Set(['input', 'result', 'output', 'arguments', 'data']);

/** A type of ours, or the version of its data. */
const TYPES = new Set(Object.keys(EVENT_CATALOGUE));

/** What they begin with. */
const FAMILIES = new Set(Object.keys(EVENT_CATALOGUE).map((type) => type.split('.')[0] ?? ''));

/** The same message with stand-ins for whatever somebody can have written. Pure but for the key. */
export function redactRecord(record: StoredRecord, standIns: StandIns): StoredRecord {
  return {
    ...record,
    subject: redactSubject(record.subject, standIns),
    headers: redactHeaders(record.headers, standIns),
    payload: redactPayload(record.payload, standIns),
  };
}

/** Its family and its name stay. */
function redactSubject(subject: string, standIns: StandIns): string {
  const address = parseSubject(subject);
  if (address === undefined) return standIns.text(subject);
  const tokens = subject.split('.');
  const kept = keptTokens(address, tokens.length);
  return tokens.map((token, at) => (kept.has(at) ? token : standIns.text(token))).join('.');
}

function keptTokens(address: NonNullable<ReturnType<typeof parseSubject>>, length: number) {
  const { family } = address;
  if (family === 'tool') {
    const isOurs = TYPES.has(`tool.${address.tool}.${address.verb}`);
    return new Set(isOurs ? [0, 1, 2, 3, 4] : [0, 1, 2]);
  }
  if (family === 'result' || family === 'file') return new Set([0, 1, 2]);
  if (family === 'user' || family === 'delivery') return new Set([0, 1, 3]);
  if (family === 'job' || family === 'job-log' || family === 'job-timer') {
    return new Set([0, ...Array.from({ length: length - 2 }, (_, at) => at + 2)]);
  }
  if (family === 'project' || family === 'node' || family === 'token') return new Set([0, 2]);
  return new Set(Array.from({ length }, (_, at) => at));
}

function redactHeaders(headers: Buffer, standIns: StandIns): Buffer {
  const lines = headers.toString().split('\r\n');
  return Buffer.from(lines.map((line) => redactHeader(line, standIns)).join('\r\n'));
}

function redactHeader(line: string, standIns: StandIns): string {
  const colon = line.indexOf(':');
  if (colon < 0) return line === 'NATS/1.0' || line === '' ? line : standIns.text(line);
  const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
  return `${headerName(name, standIns)}: ${redactHeaderValue(name, value, standIns)}`;
}

function redactHeaderValue(name: string, value: string, standIns: StandIns): string {
  if (KEPT_HEADERS.has(name)) return value;
  if (name === 'ce-type') return redactType(value, standIns);
  const [, type, version] = /^urn:orchestrator:(.+):v(\d+)$/.exec(value) ?? [];
  if (name !== 'ce-dataschema' || type === undefined) return standIns.text(value);
  return `urn:orchestrator:${redactType(type, standIns)}:v${version}`;
}

/** That of a tool which somebody has declared has its name, as its subject has. */
function redactType(type: string, standIns: StandIns): string {
  if (TYPES.has(type)) return type;
  const [family = '', ...names] = type.split('.');
  const first = FAMILIES.has(family) ? family : standIns.text(family);
  return [first, ...names.map((name) => standIns.text(name))].join('.');
}

/** The names of others may be anybody's. */
const headerName = (name: string, standIns: StandIns): string =>
  /^(ce-|nats-|traceparent$|content-type$)/i.test(name) ? name : standIns.text(name);

function redactPayload(payload: Buffer, standIns: StandIns): Buffer {
  const text = payload.toString();
  if (!Buffer.from(text).equals(payload)) return Buffer.alloc(payload.length, '?');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return Buffer.from(standIns.text(text));
  }
  return Buffer.from(JSON.stringify(redactValue(data, '', false, standIns)));
}

function redactValue(value: unknown, key: string, isFree: boolean, standIns: StandIns): unknown {
  if (typeof value === 'string') {
    const isKept = !isFree && (KEPT_KEYS.has(key) || LISTED.get(key)?.has(value));
    return isKept ? value : standIns.text(value);
  }
  if (typeof value === 'number') return isFree ? standIns.number(value) : value;
  if (Array.isArray(value)) return value.map((each) => redactValue(each, key, isFree, standIns));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      isFree ? standIns.text(name) : name,
      redactValue(each, name, isFree || FREE.has(name), standIns),
    ]),
  );
}
