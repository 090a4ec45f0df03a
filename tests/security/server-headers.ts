import { block } from './plain-client.ts';

/** Whom an attack is aimed at, and who attacks. */
export interface Aim {
  own: string;
  other: string;
}

export interface HeaderAttack {
  /** The header that it is about. */
  header: string;
  /** The block of headers as it goes over the wire. */
  headers: string;
}

/** The lines of one block of headers, or several such. */
type Blocks = readonly (readonly string[])[];

const MAX_UINT64 = '18446744073709551615';

const each = (name: string, ...values: string[]): Blocks =>
  values.map((value) => [`${name}: ${value}`]);

const seconds = (ahead: number): string =>
  `${new Date(Math.ceil(Date.now() / 1000 + ahead) * 1000).toISOString().slice(0, 19)}Z`;

/** What a schedule of an agent would be aimed at (F2). */
const targets = ({ own, other }: Aim): string[] => [
  `agents.${other}.command.run`,
  `agents.${other}.timer.ttl`,
  `agents.${own}.command.run`,
  `agents.${own}.response.answer`,
  'users.telegram.666.allowed',
  'schedules.evil.ttl.x',
];

/**
 * Every header that nats-server knows, and what an agent would write there. The names are those in
 * the program of 2.15.1 (`headersKnownTo`); what each does is in the server's documentation of
 * JetStream headers, ADR-8, 9, 31, 41, 43, 44, 49, 50, 51.
 */
export const KNOWN_HEADERS: Readonly<Record<string, (aim: Aim) => Blocks>> = {
  'Nats-Schedule': (aim) => [
    ...[`@at ${seconds(1)}`, '@every 1s', '* * * * * *', '@hourly', 'nonsense'].flatMap((when) =>
      targets(aim).map((target) => [`Nats-Schedule: ${when}`, `Nats-Schedule-Target: ${target}`]),
    ),
    [`Nats-Schedule: @at ${seconds(1)}`],
  ],
  'Nats-Schedule-Target': (aim) => each('Nats-Schedule-Target', ...targets(aim)),
  'Nats-Schedule-Source': (aim) => [
    [
      'Nats-Schedule: @every 1s',
      `Nats-Schedule-Target: agents.${aim.own}.result.stolen`,
      `Nats-Schedule-Source: agents.${aim.other}.command.send`,
    ],
    [`Nats-Schedule-Source: agents.${aim.other}.command.send`],
  ],
  'Nats-Schedule-TTL': ({ other }) => [
    [
      `Nats-Schedule: @at ${seconds(1)}`,
      `Nats-Schedule-Target: agents.${other}.command.run`,
      'Nats-Schedule-TTL: 1s',
    ],
    ...each('Nats-Schedule-TTL', '1s', 'never', '-1', '0'),
  ],
  'Nats-Schedule-Time-Zone': ({ other }) => [
    [
      'Nats-Schedule: 0 * * * * *',
      `Nats-Schedule-Target: agents.${other}.command.run`,
      'Nats-Schedule-Time-Zone: Europe/Berlin',
    ],
    ...each('Nats-Schedule-Time-Zone', 'Europe/Berlin', '../../etc/passwd'),
  ],
  'Nats-Schedule-Rollup': () => each('Nats-Schedule-Rollup', 'sub', 'all'),
  'Nats-Schedule-Next': () => each('Nats-Schedule-Next', 'purge', '2001-01-01T00:00:00Z'),
  'Nats-Scheduler': ({ other }) => [
    [`Nats-Scheduler: schedules.${other}.ttl.run`, 'Nats-Schedule-Next: purge'],
    [`Nats-Scheduler: agents.${other}.command.send`],
  ],
  'Nats-Rollup': () => each('Nats-Rollup', 'all', 'sub', 'ALL', 'nonsense'),
  'Nats-TTL': () => each('Nats-TTL', '1s', 'never', '0', '-1', MAX_UINT64, 'nonsense'),
  'Nats-Marker-Reason': () => [
    ...each('Nats-Marker-Reason', 'MaxAge', 'Purge', 'Remove'),
    ['Nats-Marker-Reason: Purge', 'Nats-TTL: 1s'],
  ],
  'Nats-Batch-Id': () => [
    ...Array.from({ length: 60 }, (_, open) => [
      `Nats-Batch-Id: open-${open}`,
      'Nats-Batch-Sequence: 1',
    ]),
    ['Nats-Batch-Id: whole', 'Nats-Batch-Sequence: 1', 'Nats-Batch-Commit: 1'],
    [`Nats-Batch-Id: ${'x'.repeat(100)}`, 'Nats-Batch-Sequence: 1'],
  ],
  'Nats-Batch-Sequence': () => each('Nats-Batch-Sequence', '1', '2', '-1', MAX_UINT64),
  'Nats-Batch-Commit': () => each('Nats-Batch-Commit', '1', 'eob', 'nonsense'),
  'Nats-Msg-Id': ({ own, other }) =>
    each('Nats-Msg-Id', 'tg-1-1', `${other}_answer-1`, `${own}_answer-1`, 'x'.repeat(2_000)),
  'Nats-Expected-Stream': () => each('Nats-Expected-Stream', 'EVENTS', 'SAID', ''),
  'Nats-Expected-Last-Msg-Id': () => each('Nats-Expected-Last-Msg-Id', 'tg-1-1', ''),
  'Nats-Expected-Last-Sequence': () => each('Nats-Expected-Last-Sequence', '0', '1', MAX_UINT64),
  'Nats-Expected-Last-Subject-Sequence': () =>
    each('Nats-Expected-Last-Subject-Sequence', '0', '1', MAX_UINT64),
  'Nats-Expected-Last-Subject-Sequence-Subject': ({ other }) =>
    [`agents.${other}.>`, '>', 'users.>', 'nowhere'].flatMap((subject) => [
      [`Nats-Expected-Last-Subject-Sequence-Subject: ${subject}`],
      [
        'Nats-Expected-Last-Subject-Sequence: 0',
        `Nats-Expected-Last-Subject-Sequence-Subject: ${subject}`,
      ],
    ]),
  'Nats-Incr': () => each('Nats-Incr', '1', '+1', '-99999999999999999999', 'nonsense'),
  'Nats-Counter-Sources': () => each('Nats-Counter-Sources', '{"EVENTS":{"users.>":"1"}}'),
  'Nats-Stream-Source': ({ other }) =>
    [0, 1, 99_999_999, MAX_UINT64].flatMap((sequence) => [
      [`Nats-Stream-Source: SAID ${sequence} > > agents.${other}.response.answer`],
      [`nats-stream-source: SAID ${sequence} > > agents.${other}.response.answer`],
    ]),
  'Nats-Stream': () => each('Nats-Stream', 'EVENTS', 'nowhere'),
  'Nats-Subject': ({ other }) => [
    ...each('Nats-Subject', `agents.${other}.response.answer`, 'users.telegram.666.allowed'),
    ...each('nats-subject', `agents.${other}.response.answer`),
  ],
  'Nats-Sequence': () => [
    ...each('Nats-Sequence', '0', '1', '99999999', MAX_UINT64),
    ...each('nats-sequence', '99999999'),
  ],
  'Nats-Time-Stamp': () => each('Nats-Time-Stamp', '1970-01-01T00:00:00Z', 'garbage'),
  'Nats-Num-Pending': () => each('Nats-Num-Pending', '99999999'),
  'Nats-Last-Sequence': () => each('Nats-Last-Sequence', '99999999'),
  'Nats-UpTo-Sequence': () => each('Nats-UpTo-Sequence', '99999999'),
  'Nats-Last-Consumer': () => each('Nats-Last-Consumer', '99999999'),
  'Nats-Last-Stream': () => each('Nats-Last-Stream', '99999999'),
  'Nats-Consumer-Stalled': () => each('Nats-Consumer-Stalled', '$JS.API.STREAM.DELETE.EVENTS'),
  'Nats-Pending-Messages': () => each('Nats-Pending-Messages', '99999999'),
  'Nats-Pending-Bytes': () => each('Nats-Pending-Bytes', '99999999'),
  'Nats-Msg-Size': () => each('Nats-Msg-Size', '99999999'),
  'Nats-Pin-Id': () => each('Nats-Pin-Id', 'x'),
  'Nats-Wrong-Pin-Id': () => each('Nats-Wrong-Pin-Id', 'x'),
  'Nats-Stream-Identity': () => each('Nats-Stream-Identity', 'EVENTS'),
  'Nats-Request-Info': () =>
    each('Nats-Request-Info', JSON.stringify({ acc: 'orchestrator', user: 'operator', rtt: 1 })),
  'Nats-Required-Api-Level': () => each('Nats-Required-Api-Level', '0', '999', 'nonsense'),
  'Nats-Response-Type': () => each('Nats-Response-Type', 'Stream', 'Chunked'),
  'Nats-Server-Xkey': () => each('Nats-Server-Xkey', 'XAAA'),
  'Nats-No-Masking': () => each('Nats-No-Masking', 'true'),
  'Nats-Trace-Dest': ({ own, other }) =>
    [
      `agents.${other}.result.call-1`,
      `agents.${other}.command.run`,
      `agents.${own}.response.answer`,
      `_INBOX_${own}.trace`,
      '$JS.API.STREAM.DELETE.EVENTS',
      '_INBOX.victim.1',
      'users.telegram.666.allowed',
    ].flatMap((to) => [
      [`Nats-Trace-Dest: ${to}`],
      [`Nats-Trace-Dest: ${to}`, 'Nats-Trace-Only: true'],
    ]),
  'Nats-Trace-Only': () => each('Nats-Trace-Only', 'true', 'nonsense'),
  'Nats-Trace-Hop': () => each('Nats-Trace-Hop', '1.1.1'),
  'Nats-Trace-Origin-Account': () => [
    ['Nats-Trace-Origin-Account: orchestrator', 'Nats-Trace-Dest: users.telegram.666.allowed'],
  ],
};

/** What others read in a message's headers: clients of key-value buckets, tracing. */
const OTHER_HEADERS: Readonly<Record<string, Blocks>> = {
  'KV-Operation': each('KV-Operation', 'PURGE', 'DEL'),
  traceparent: each('traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, 'nonsense'),
};

/** By which a server tells a client how a request went; clients act on them. */
const STATUSES = [
  '100 Idle Heartbeat',
  '100 FlowControl Request',
  '204 EOB',
  '400 Bad Request',
  '404 No Messages',
  '408 Request Timeout',
  '409 Consumer Deleted',
  '423 Nats-Wrong-Pin-Id',
  '503',
];

/** Blocks that no client library would write, and that the server takes as they are. */
const MALFORMED = {
  'a line feed in a value': block(['x: a\nb']),
  'a carriage return in a value': block(['x: a\rb']),
  'a zero byte in a value': block(['x: \u0000']),
  'no first line': 'ce-id: x\r\nce-type: response.answer\r\n\r\n',
  'no end': 'NATS/1.0\r\nce-id: x',
  'no line at all': 'nonsense',
  'an end in the middle': 'NATS/1.0\r\na: b\r\n\r\nNats-Rollup: all\r\n\r\n',
  'a name with spaces': block(['Nats-Rollup : all', ' Nats-Rollup: all', 'x y: z']),
  'a name without a value': block(['Nats-Rollup:', 'ce-id', ':']),
  'the same name twice': block(['ce-id: a', 'ce-id: b', 'Nats-Msg-Id: a', 'Nats-Msg-Id: b']),
  'small letters': block(['nats-rollup: all', 'nats-ttl: 1s', 'nats-msg-id: tg-1-1']),
  'a thousand lines': block(Array.from({ length: 1_000 }, (_, n) => `x-${n}: y`)),
};

/** Everything that an agent may try with headers. */
export function headerAttacks(aim: Aim): HeaderAttack[] {
  const named = [...Object.entries(KNOWN_HEADERS)].flatMap(([header, make]) =>
    make(aim).map((lines) => ({ header, headers: block(lines) })),
  );
  const others = Object.entries(OTHER_HEADERS).flatMap(([header, blocks]) =>
    blocks.map((lines) => ({ header, headers: block(lines) })),
  );
  const statuses = STATUSES.map((status) => ({
    header: 'a status in the first line',
    headers: block(['Nats-Last-Consumer: 99999999'], `NATS/1.0 ${status}`),
  }));
  const malformed = Object.entries(MALFORMED).map(([header, headers]) => ({ header, headers }));
  return [...named, ...others, ...statuses, ...malformed];
}

/** Not names by themselves: what names of a kind begin with. */
const PREFIXES = ['Nats-Batch-', 'Nats-Expected-'];

/**
 * The names of headers in a nats-server program that are not among the known ones. A program of Go
 * has its texts one behind the other, so a name goes on with whatever comes next: the longest known
 * name at its beginning is it, unless another word follows by a dash.
 */
export function unknownHeaders(program: string, known: readonly string[]): string[] {
  const names = [...known, ...PREFIXES].sort((a, b) => b.length - a.length);
  const found = program.matchAll(/Nats-[A-Z](?:(?!Nats-)[A-Za-z-])*/g);
  const unknown = [...found].map(([text]) => text).filter((text) => !isKnown(text, names));
  return [...new Set(unknown)].sort();
}

function isKnown(text: string, longestFirst: readonly string[]): boolean {
  const name = longestFirst.find((each) => text.startsWith(each));
  return name !== undefined && !/^-[A-Z]/.test(text.slice(name.length));
}
