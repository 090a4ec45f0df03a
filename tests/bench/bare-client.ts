import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection, nanos, nuid } from '@nats-io/transport-node';
import { headerBlock, headerLines } from '../../core/log/header-lines.ts';
import { writtenHeaders } from '../../core/log/publish-event.ts';

/** What a program does that only talks to the broker: the limit that ours is measured by. */
export interface Flow {
  subjects: readonly string[];
  batch: number;
  batches: number;
}

/** Atomic batches, one after the other: the same number and size of headers in one prepared string. */
export async function bareBatches(nc: NatsConnection, { subjects, batch, batches }: Flow) {
  for (let sent = 0; sent < batches; sent += 1) {
    const id = nuid.next();
    for (let at = 1; at <= batch; at += 1) {
      const subject = subjects[at % subjects.length] ?? '';
      const more = `Nats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${at}\r\n`;
      const last = at === batch;
      const block = bareHeaders(`${more}${last ? 'Nats-Batch-Commit: 1\r\n' : ''}`);
      const options = { headers: writtenHeaders(block), timeout: 30_000 };
      if (last) requireStored(await nc.request(subject, PAYLOAD, options));
      else nc.publish(subject, PAYLOAD, options);
    }
  }
}

/** Publishes that are acknowledged one by one, a batch of them at once. */
export async function barePublishes(nc: NatsConnection, { subjects, batch, batches }: Flow) {
  const options = { timeout: 30_000 };
  for (let sent = 0; sent < batches; sent += 1) {
    const publishes = Array.from({ length: batch }, (_, at) => {
      const headers = writtenHeaders(bareHeaders(''));
      return nc.request(subjects[at % subjects.length] ?? '', PAYLOAD, { ...options, headers });
    });
    for (const reply of await Promise.all(publishes)) requireStored(reply);
  }
}

/** Pulls all of a stream; `look` sees each message. */
export async function barePull(
  nc: NatsConnection,
  jsm: JetStreamManager,
  stream: string,
  look: (message: Msg) => void,
): Promise<void> {
  const name = nuid.next();
  const { num_pending: all } = await jsm.consumers.add(stream, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    mem_storage: true,
    inactive_threshold: nanos(30_000),
  });
  const reply = createInbox();
  const { promise, resolve } = Promise.withResolvers<void>();
  let received = 0;
  const batch = 1_000;
  const pull = () =>
    nc.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
      JSON.stringify({ batch, expires: nanos(60_000) }),
      { reply },
    );
  const subscription = nc.subscribe(reply, {
    callback: (_, message) => {
      if (message.subject === reply) return;
      look(message);
      received += 1;
      if (received % batch === 0) pull();
      if (received === all) resolve();
    },
  });
  pull();
  pull();
  await promise;
  subscription.unsubscribe();
  await jsm.consumers.delete(stream, name);
}

const PAYLOAD = new TextEncoder().encode(JSON.stringify({ text: 'a message', mode: 'join' }));

/** As many and as long as those of an event. */
const bareHeaders = (more: string): Uint8Array =>
  headerBlock(`${PREPARED}Nats-Msg-Id: ${nuid.next()}\r\n${more}`);

const PREPARED = headerLines([
  ['ce-specversion', '1.0'],
  ['ce-type', 'command.send'],
  ['ce-id', 'cmd-00000000-0000-0000-0000-000000000000'],
  ['ce-source', 'orchestrator/test'],
  ['ce-time', '2026-01-04T15:30:45.000Z'],
  ['ce-dataschema', 'urn:orchestrator:command.send:v1'],
  ['ce-correlationid', 'cmd-00000000-0000-0000-0000-000000000000'],
]);

function requireStored(reply: Msg): void {
  const { error } = reply.json<{ error?: { description: string } }>();
  if (error) throw new Error(error.description);
}
