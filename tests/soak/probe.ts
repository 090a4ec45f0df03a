// Loaded by `node --import` into each process of a system under test, by NODE_OPTIONS: whoever connects to
// its socket gets one JSON line that says what the process holds. In no other process does it do anything.
import { readdirSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { collectGarbage } from '../support/collect-garbage.ts';

/** What a process holds when everything that nobody needs is gone. */
export interface Held {
  /** Bytes: the heap of V8, and what it holds outside (buffers). */
  heap: number;
  external: number;
  rss: number;
  descriptors: number;
  /** Active handles and requests by type (`process.getActiveResourcesInfo`). */
  resources: Record<string, number>;
  /** Live objects. */
  promises: number;
  emitters: number;
  targets: number;
  /** On all live emitters and event targets together. */
  listeners: number;
  /** The most on one, and which: `<class> <event>`. */
  most: [count: number, where: string];
}

const MAIN = /(^|\/)(cli\/main|spawner\/main|bot\/main|projections\/main|redis\/main)\.ts$/;
const folder = process.env.SOAK_PROBES;

if (folder !== undefined && isService()) {
  createServer((socket) => socket.end(`${JSON.stringify(held())}\n`))
    .listen(join(folder, `${process.pid}.sock`))
    .unref();
}

function isService(): boolean {
  const [, main = '', command] = process.argv;
  return MAIN.test(main) && (!main.endsWith('cli/main.ts') || command === 'start');
}

function held(): Held {
  const session = new Session();
  session.connect();
  try {
    collectGarbage();
    const { heapUsed: heap, external, rss } = process.memoryUsage();
    const descriptors = readdirSync('/proc/self/fd').length;
    const resources = countedBy(process.getActiveResourcesInfo());
    const emitters = live(session, `process.getBuiltinModule('node:events').prototype`);
    const targets = live(session, 'EventTarget.prototype');
    const promises = live(session, 'Promise.prototype');
    const most = emitters.most[0] > targets.most[0] ? emitters.most : targets.most;
    const listeners = emitters.listeners + targets.listeners;
    const objects = { promises: promises.count, emitters: emitters.count, targets: targets.count };
    return { heap, external, rss, descriptors, resources, ...objects, listeners, most };
  } finally {
    session.disconnect();
  }
}

/** A command of the inspector to this very process; those that are used here answer before it returns. */
function inspect<Result>(session: Session, method: string, params: object): Result {
  let answer: { result: Result } | undefined;
  session.post(method, params, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    // The protocol's answer to that method.
    answer = { result: result as Result };
  });
  if (answer === undefined) throw new Error(`${method}: no answer yet`);
  return answer.result;
}

interface Live {
  count: number;
  listeners: number;
  most: [count: number, where: string];
}

/** Of all objects of the heap that have this prototype: how many there are, and who listens to them. */
function live(session: Session, prototype: string): Live {
  const objectGroup = 'soak';
  const found = inspect<{ result: { objectId: string } }>(session, 'Runtime.evaluate', {
    expression: prototype,
    objectGroup,
  });
  const { objects } = inspect<{ objects: { objectId: string } }>(session, 'Runtime.queryObjects', {
    prototypeObjectId: found.result.objectId,
    objectGroup,
  });
  const { result } = inspect<{ result: { value: Live } }>(session, 'Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: summary.toString(),
    returnByValue: true,
  });
  inspect(session, 'Runtime.releaseObjectGroup', { objectGroup });
  return result.value;
}

/** Runs in the inspector: it may use nothing of this module. */
function summary(this: object[]): Live {
  const live: Live = { count: this.length, listeners: 0, most: [0, ''] };
  const note = (one: object, event: PropertyKey, count: number) => {
    live.listeners += count;
    if (count > live.most[0]) live.most = [count, `${one.constructor?.name} ${String(event)}`];
  };
  const isOwnEvents = (key: symbol) => key.description === 'kEvents';
  for (const one of this) {
    const events: unknown = Reflect.get(one, '_events');
    if (typeof events === 'object' && events !== null) {
      for (const event of Reflect.ownKeys(events)) {
        const listeners: unknown = Reflect.get(events, event);
        if (listeners) note(one, event, Array.isArray(listeners) ? listeners.length : 1);
      }
    }
    const key = Object.getOwnPropertySymbols(one).find(isOwnEvents);
    const targets: unknown = key && Reflect.get(one, key);
    if (targets instanceof Map) {
      for (const [event, root] of targets) note(one, event, Number(root.size));
    }
  }
  return live;
}

function countedBy(names: readonly string[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(names, (name) => name));
  return Object.fromEntries(groups.map(([name, all]) => [name, all?.length ?? 0]));
}
