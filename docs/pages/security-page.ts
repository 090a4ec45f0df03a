import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { KNOWN_ATTACKS } from './known-attacks.ts';
import { markdownTable } from './markdown-table.ts';

const REPORT = join(import.meta.dirname, '..', 'security.json');

const outcomes = z.object({ word: z.string(), file: z.string(), 'look-up': z.string() });

/** What `npm run test:security` found out, as tests/security/security-report.ts writes it. */
const report = z.object({
  server: z.string(),
  /** By header: what came of it where it was tried. */
  headers: z.record(z.string(), outcomes),
  /** By reply subject: whether anything was heard there. */
  replies: z.record(z.string(), z.string()),
  /** Titles of the tests that passed. */
  held: z.record(z.string(), z.literal(true)),
});

type Report = z.infer<typeof report>;

/** `docs/security.md`: who may what, what was tried, and what is not defended. */
export function securityPage(): string {
  const found = report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
  return `# Security

An agent runs code that nobody has read. What it is given is meant to be enough to talk and to call tools, in its
own name, and for nothing else. This page says what holds it to that, what was tried against it, and what is not
defended. Its tables are made by \`npm run test:security\`, which a new version of nats-server passes before it is
taken: a header that the program knows and the test does not fails it.

## Who may what, and what enforces it

${markdownTable(['what', 'who', 'enforced by'], MODEL)}

## What was tried: known attacks

What worked when agents and streams had one account, and the tests that hold what holds now: their titles, of
\`tests/security/\`, or their files. F1, F2, F4, F5 and F6 are tried from inside an agent’s container of the Compose
file’s system, too (\`tests/compose/\`).

${knownTable(found)}

## What was tried: every header

With an agent's own credential and without a client library (\`tests/security/matrix.test.ts\`): every header that
nats-server ${found.server} knows, with hostile values, and headers that no library would write, on every subject
that an agent may publish, on the embedded server and on the one that \`orchestrator init nats\` configures. After
each family of headers every stream and bucket was configured as before, every subject that is not the agent's own
had as many messages and the same last one, and nobody who serves had heard anything. *Stored* is a word of the agent on its own subject, with a header in
it that nobody obeys.

${headersTable(found)}

## What was tried: every reply subject

The server does not check where an answer is to be sent. Tried with every subject that an agent may publish and
hostile bodies (\`tests/security/places.ts\`), and, with a look-up, together with every header.

${repliesTable(found)}

*Rings there*: in the agents' own account an acknowledgement can be sent to another agent. It is taken for nothing
but a sign to look: a result is read from the log, and the name of an inbox is nobody's guess.

## What was tried at random

A real agent's process that does nothing but harm, beside a conversation that goes on: see
[reliability.md](reliability.md), “An agent that does all the harm it can”.

## What is not defended

* **An agent of the local runtime runs as your user.** It can read what you can read, the keys in the data folder
  among it, and with these it can do everything; so can it by the HTTP API on loopback, which wants no token until one is
  set or made. Use containers for agents that you do not trust with your account.
* Quotas come late: for about a second an agent can say what it likes ([decision 0044](decisions/0044-quotas.md)), and for
  some seconds have all connections that agents may have, for which others’ commands wait
  ([decision 0114](decisions/0114-connections-of-agents.md)). A look-up of a result counts for no quota.
* What all agents say within a day has one limit (ORCHESTRATOR_SAID_BYTES): several agents that each use up what they
  may say in all can reach it together, and then no agent is heard until a day has passed or the limit is raised.
* An agent learns how much others say: \`Nats-Expected-Last-Sequence\` tells it where SAID stands.
* An agent can let another agent's waiting command look for its result more often than it needs to.
* An agent has the login that it works with, and can use it elsewhere. It can spoil that login, and where the login
  does not tell its account, put another one in its place for the next agents that get it: for that reason other
  people's agents do not renew the system's login unless a setting says so
  ([decision 0083](decisions/0083-renewed-logins.md)).
* What an agent says is its own: it can lie in an answer, and a tool does what an agent that may use it asks for.
* Agents on one Docker network can reach each other's ports, and what the network lets them reach.
* Who may create containers can have the machine: treat the spawner as you treat root, or run Docker rootless.
* Older servers than ${found.server} were not tried. 2.12 starts, and lacks some of the refusals above.
`;
}

const MODEL = [
  [
    'an agent publishes its answers, questions, progress, files, tool calls and the end of its turn',
    'the agent, in its own name',
    'the subjects of its credential (NATS JWT, one user an agent), only the tools in `ORCHESTRATOR_ALLOWED_TOOLS`',
  ],
  [
    'streams, timers, buckets, the API of JetStream',
    'services',
    'two accounts: that of agents has no JetStream and imports what they may say, nothing more ([0042](decisions/0042-three-streams.md))',
  ],
  [
    'schedules, rollup, time to live, batches, counters',
    'services',
    'the streams that agents write into have none of it switched on: the server refuses the headers',
  ],
  [
    'the id of what a service states next',
    'services',
    'an id under a key that agents cannot read ([0048](decisions/0048-ids-that-nobody-can-claim.md))',
  ],
  [
    'time, source, cause and id of an agent’s word',
    'the broker, the subject',
    'the fold, which believes nothing else, and takes no word of an agent that has ended ([0046](decisions/0046-an-agents-word.md))',
  ],
  [
    'the login that an agent’s next one gets',
    'its user, the operator, and a CLI that renews it',
    'the spawner: of an agent’s file only the renewed tokens of the same login are taken ([0083](decisions/0083-renewed-logins.md))',
  ],
  [
    'how much',
    'the operator',
    'quotas an agent, judged on the fold ([0044](decisions/0044-quotas.md)); limits of the streams',
  ],
  [
    'to speak at all',
    'an agent that lives',
    'revocation of its credential, by the account’s own list ([0043](decisions/0043-credentials-are-revoked.md)); its processes are ended ([0045](decisions/0045-ended-means-ended.md))',
  ],
  [
    'what a terminal, a file or a request of somebody else does',
    'whom it belongs to',
    'one function for what is shown, one for what is opened ([0047](decisions/0047-what-steers-is-shown.md))',
  ],
  [
    'files and processes of the machine',
    'in containers nobody; of the local runtime your user',
    'the runtime: no root, no capabilities, no privileges to gain, limits, an environment that is an allow list',
  ],
];

function knownTable({ held }: Report): string {
  const rows = KNOWN_ATTACKS.flatMap(({ row, did, happened, holds }) => {
    const titles = Object.keys(held).filter((title) => title.startsWith(`${row}: `));
    const now = titles.map((title) => title.slice(row.length + 2)).join('; ');
    return [[row, did, happened, now || holds]];
  });
  return markdownTable(['', 'what an agent did', 'what happened then', 'what holds now'], rows);
}

/** Headers of which the same came are one row. */
function headersTable({ headers }: Report): string {
  const alike = Map.groupBy(Object.entries(headers), ([, came]) => JSON.stringify(came));
  const rows = [...alike.values()].map((those) => {
    const names = those.map(([name]) => (/^[A-Z]|^traceparent$/.test(name) ? `\`${name}\`` : name));
    const came = those[0]?.[1];
    return [names.join(', '), came?.word ?? '', came?.file ?? '', came?.['look-up'] ?? ''];
  });
  return markdownTable(['header', 'in what it says', 'in a file', 'in a look-up'], rows);
}

function repliesTable({ replies }: Report): string {
  const alike = Map.groupBy(Object.entries(replies), ([, outcome]) => outcome);
  const rows = [...alike].map(([outcome, those]) => [
    outcome,
    [...new Set(those.map(([subject]) => `\`${ofAnyStream(subject)}\``))].join(', '),
  ]);
  return markdownTable(['', 'reply subjects'], rows);
}

const ofAnyStream = (subject: string): string =>
  subject.replace(/^(\$JS\.API\.STREAM\..*)\.[A-Z_]+$/, '$1.‹stream›');
