export interface KnownAttack {
  /** Its number in the list of findings; titles of its tests begin with it. */
  row: string;
  did: string;
  /** When agents and streams had one account. */
  happened: string;
  /** The test that holds it, where none of tests/security does. */
  holds: string;
}

/** What an agent could do, on nats-server 2.15.1, before its account was its own. */
export const KNOWN_ATTACKS: readonly KnownAttack[] = [
  {
    row: 'F1',
    did: 'had the answer to a look-up sent to `$JS.API.STREAM.DELETE.EVENTS`, to others’ subjects, to a lease',
    happened: 'all history gone, forged events, a lease lost',
    holds: '',
  },
  {
    row: 'F2',
    did: 'wrote `Nats-Schedule` with another’s subject as its target or source',
    happened: 'a command ran in another agent, a stranger was let in, messages were copied',
    holds: '',
  },
  {
    row: 'F3',
    did: 'wrote `ce-time: garbage`, or a line break into a header’s value',
    happened: 'spawner and projections could never start again',
    holds: '`tests/core/domain/any-messages.test.ts`, `tests/core/log/hostile-headers.test.ts`',
  },
  {
    row: 'F4',
    did: 'wrote `Nats-Rollup`, `Nats-TTL`',
    happened: 'history rewritten',
    holds: '',
  },
  {
    row: 'F5',
    did: 'claimed the `Nats-Msg-Id` of what a service would state next',
    happened: 'messages of others lost, their turns held; an agent that nobody can stop',
    holds: '',
  },
  { row: 'F6', did: 'left batches open', happened: 'nobody else could append', holds: '' },
  {
    row: 'F7',
    did: 'answered under the id of another chat’s notice',
    happened: 'the notice was not delivered',
    holds: '`tests/schemas/parse-event.test.ts`',
  },
  {
    row: 'F8',
    did: 'spoke on after its end, by a copy of its credential or a child of its own session',
    happened: 'was heard for 80 minutes',
    holds: '`tests/e2e/ended-means-ended.test.ts`, `tests/spawner/runtime/local-ending.test.ts`',
  },
  {
    row: 'F9',
    did: 'sent files, subjects and calls without end',
    happened: 'the disk was full for everybody',
    holds: '',
  },
  {
    row: 'F10',
    did: 'wrote escape sequences into its output, names and answers',
    happened: 'they acted in the operator’s terminal',
    holds: '`tests/cli/terminals.test.ts`',
  },
  {
    row: 'F11',
    did: 'sent a FIFO or `/dev/zero` as a file',
    happened: 'the command hung, or read until memory ended',
    holds: '`tests/cli/answer-file.test.ts`',
  },
  {
    row: 'F12',
    did: 'had a file written through a link of its workspace',
    happened: 'it was written outside of its home',
    holds: '`tests/spawner/runtime/conformance.ts`',
  },
  {
    row: 'F13',
    did: 'had a browser ask the API under a foreign name; wrote a link that looks like another',
    happened: 'answered; shown',
    holds: '`tests/projections/http/foreign-host.test.ts`, `tests/bot/text/real-addresses.test.ts`',
  },
];
