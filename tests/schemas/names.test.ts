import test from 'ava';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';
import { fileReference } from '../../schemas/events/file.ts';

const file = { fileId: 'f', size: 0, sha256: '0'.repeat(64), pieces: 0 };
const create = { kind: 'demo', ttlMs: 1, turnDeadlineMs: 1 };

/** Everything by which somebody names something, with a name in it. */
const NAMED: Record<string, (name: string) => { error?: { message: string } | undefined }> = {
  'a project': (name) => EVENT_CATALOGUE['tool.project.create'].safeParse({ name }),
  'a file of a message': (name) => fileReference.safeParse({ ...file, name }),
  'a file in a home': (name) =>
    EVENT_CATALOGUE['command.file'].safeParse({ path: `workspace/${name}`, content: '' }),
  'a kind of agent': (kind) => EVENT_CATALOGUE['command.create'].safeParse({ ...create, kind }),
  'a person': (name) => EVENT_CATALOGUE['user.introduced'].safeParse({ name }),
};

for (const [what, named] of Object.entries(NAMED)) {
  test(`F10: ${what} has no name that steers a terminal, and the reason says so`, (t) => {
    t.is(named('a name, имя 👩‍💻').error, undefined);
    for (const char of ['\x1b', 'x\ny', '\x7f', '\x9b', '\u200f', '\u202e', '\u2066', '\u2028']) {
      const { error } = named(`a${char}b`);
      t.true(error?.message.includes('no control characters'), JSON.stringify(char));
    }
  });
}
