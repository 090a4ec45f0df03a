// A worker of the tool `ship`: node worker.mjs nats://host:4222 ship.creds ship
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, createInbox, credsAuthenticator } from '@nats-io/transport-node';

const [servers = '', file = '', tool = ''] = process.argv.slice(2);
const creds = readFileSync(file);
const [jwt = ''] = creds.toString().match(/eyJ\S+/) ?? [];
const { name } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
const inboxPrefix = `_INBOX_${name}`;
const authenticator = credsAuthenticator(creds);
const nc = await connect({ servers, authenticator, inboxPrefix });

const cancelled = new Set();
nc.subscribe(`work-over.${tool}.*`, { callback: (_, m) => void cancelled.add(m.json().id) });

const inbox = createInbox(inboxPrefix);
const pull = () =>
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.WORK.${tool}`, '{"batch":1,"expires":5000000000}', {
    reply: inbox,
  });
const orders = nc.subscribe(inbox);
pull();
for await (const message of orders) {
  if (message.reply) await work(message);
  pull();
}

/** @param {import('@nats-io/transport-node').Msg} message */
async function work(message) {
  /** @type {{ id: string, input: { to?: string, seconds?: number } }} */
  const { id, input } = message.json();
  const attempt = Number(message.reply?.split('.').at(-5));
  const say = (/** @type {string} */ what, data = {}) =>
    nc.publish(`worked.${tool}.${id}.${what}`, JSON.stringify({ attempt, ...data }));
  for (let step = 0; step < 5; step += 1) {
    message.respond('+WPI'); // Alive: well within each lease.
    say('progress', { percent: step * 20, text: `pid ${process.pid}` });
    await wait(((input.seconds ?? 1) / 5) * 1000); // The work.
    if (cancelled.has(id)) return say('failed', { error: 'told to end' });
  }
  say('completed', { result: `shipped to ${input.to}` });
  message.respond('+ACK');
}
