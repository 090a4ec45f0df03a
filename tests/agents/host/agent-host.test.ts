import test from 'ava';
import { AgentHost, type AgentHostOptions } from '../../../agents/host/agent-host.ts';
import type { CliExit, Driver, DriverEvents, TurnOutcome } from '../../../agents/host/driver.ts';
import { ModelTrouble } from '../../../agents/host/model-trouble.ts';

/** A CLI that does what the test tells it. */
class ScriptedDriver implements Driver {
  readonly joins: boolean;
  readonly session: string | undefined;
  readonly events: DriverEvents;
  readonly taken: string[] = [];
  readonly calls: string[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<CliExit>();

  constructor(session: string | undefined, events: DriverEvents, joins: boolean) {
    this.session = session;
    this.events = events;
    this.joins = joins;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }
  get exited(): Promise<CliExit> {
    return this.#exited.promise;
  }
  becomeReady(id = 'session-1'): void {
    this.events.session(id);
    this.#ready.resolve();
  }
  refuse(why: string): void {
    this.#ready.reject(new Error(why));
  }
  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    this.#exited.resolve({ code, signal });
  }
  send(text: string): void {
    this.taken.push(text);
  }
  interrupt(): void {
    this.calls.push('interrupt');
  }
  close(): void {
    this.calls.push('close');
    this.end(0);
  }
  kill(): void {
    this.calls.push('kill');
    this.end(null, 'SIGKILL');
  }
}

interface Scene {
  host: AgentHost;
  drivers: ScriptedDriver[];
  said: string[];
  ended: Promise<number>;
}

/** `prepare` is called with each process of the CLI when it is started. */
function scene(
  joins: boolean,
  prepare: (driver: ScriptedDriver, nth: number) => void,
  own: Partial<AgentHostOptions> = {},
): Scene {
  const drivers: ScriptedDriver[] = [];
  const said: string[] = [];
  const turnEnd = ({ problem }: TurnOutcome) => `end ${problem?.code ?? 'well'}`;
  const host = new AgentHost({
    start: (session, events) => {
      const driver = new ScriptedDriver(session, events, joins);
      drivers.push(driver);
      prepare(driver, drivers.length);
      return driver;
    },
    permission: async () => 'allow',
    sayReady: async (problem) => void said.push(problem ? `not ready: ${problem}` : 'ready'),
    sayTurnEnd: async (outcome) => void said.push(turnEnd(outcome)),
    sayAnswer: async (text) => void said.push(text),
    sayNotice: async (text) => void said.push(text),
    log: () => undefined,
    patienceMs: 20,
    ...own,
  });
  return { host, drivers, said, ended: host.run() };
}

/** Lets everything happen that is due. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function working(joins: boolean, own: Partial<AgentHostOptions> = {}) {
  const all = scene(joins, (driver) => driver.becomeReady(), own);
  all.host.message('one');
  await settle();
  const [driver] = all.drivers;
  if (driver === undefined) throw new Error('no CLI was started');
  return { ...all, driver };
}

test('messages that come before the CLI is ready are handed over in order', async (t) => {
  const { host, drivers, said } = scene(true, () => undefined);
  host.message('one');
  host.message('two');
  await settle();
  t.deepEqual(drivers[0]?.taken, []);
  drivers[0]?.becomeReady();
  await settle();
  t.deepEqual(drivers[0]?.taken, ['one', 'two']);
  t.deepEqual(said, ['ready']);
});

test('a CLI that cannot take a message during a turn gets it after, and the turn goes on', async (t) => {
  const { host, driver, said } = await working(false);
  host.message('two');
  t.deepEqual(driver.taken, ['one']);
  driver.events.turnEnded({});
  t.deepEqual(driver.taken, ['one', 'two']);
  driver.events.turnEnded({});
  await settle();
  t.deepEqual(said, ['ready', 'end well']);
});

test('the end of a turn says how many messages were taken, and not those that wait', async (t) => {
  const counts: number[] = [];
  const sayTurnEnd = async (_outcome: TurnOutcome, taken: number) => void counts.push(taken);
  const { host, drivers } = scene(false, (driver) => driver.becomeReady(), { sayTurnEnd });
  host.message('one');
  await settle();
  drivers[0]?.events.turnEnded({});
  host.message('two');
  host.message('three');
  drivers[0]?.events.turnEnded({ problem: { code: 'ORC_MODEL_BUSY', detail: 'busy' } });
  drivers[0]?.events.turnEnded({});
  await settle();
  t.deepEqual(counts, [1, 2, 3]);
});

test('D11: a model that does not answer for a while is told, and then once a minute', (t) => {
  let now = 0;
  const said: string[] = [];
  const trouble = new ModelTrouble({
    say: (text) => said.push(text),
    log: () => undefined,
    afterMs: 10_000,
    now: () => now,
  });
  const retriedAt = (...seconds: number[]) => {
    for (const second of seconds) {
      now = second * 1_000;
      trouble.retried('connection');
    }
  };
  retriedAt(0, 1, 3, 7);
  t.deepEqual(said, []);
  retriedAt(15, 31, 63, 95);
  const notice = 'The model does not answer (connection), trying again.';
  t.deepEqual(said, [notice, notice]);
  trouble.reset();
  retriedAt(100, 109);
  t.is(said.length, 2, 'another turn');
});

test('D11: the notice comes in its place, and the turn that fails of it has its reason', async (t) => {
  const { driver, said } = await working(true, { troubleAfterMs: 0 });
  driver.events.retried('connection');
  driver.events.turnEnded({ problem: { code: 'ORC_MODEL_ERROR', detail: 'unreachable' } });
  await settle();
  t.deepEqual(said, [
    'ready',
    'The model does not answer (connection), trying again.',
    'end ORC_MODEL_ERROR',
  ]);
});

test('the end of stdin lets the turn be finished, and ends the CLI in its own way', async (t) => {
  const { host, driver, said, ended } = await working(true);
  host.finish();
  t.deepEqual(driver.calls, []);
  driver.events.turnEnded({});
  t.is(await ended, 0);
  t.deepEqual(driver.calls, ['close']);
  t.deepEqual(said, ['ready', 'end well']);
});

test('an interrupt goes to the CLI; one that does not obey is ended and started again', async (t) => {
  const { host, driver, drivers, said } = await working(true);
  host.interrupt();
  t.deepEqual(driver.calls, ['interrupt']);
  await driver.exited;
  await settle();
  t.deepEqual(driver.calls, ['interrupt', 'kill']);
  t.is(drivers[1]?.session, 'session-1');
  t.deepEqual(said, ['ready', 'end ORC_AGENT_CRASHED']);
});

test('an interrupt without a turn does nothing', async (t) => {
  const { host, drivers } = scene(true, (driver) => driver.becomeReady());
  await settle();
  host.interrupt();
  t.deepEqual(drivers[0]?.calls, []);
});

test('an interrupt takes back what the CLI could not be given yet', async (t) => {
  const { host, drivers, said } = scene(true, () => undefined);
  host.message('one');
  host.interrupt();
  drivers[0]?.becomeReady();
  await settle();
  t.deepEqual(drivers[0]?.taken, []);
  t.deepEqual(said.toSorted(), ['end well', 'ready']);
});

test('a CLI that is never ready is ended, and said to be the problem', async (t) => {
  const { drivers, said, ended } = scene(true, () => undefined, { startTimeoutMs: 10 });
  t.is(await ended, 1);
  t.deepEqual(drivers[0]?.calls, ['kill']);
  t.deepEqual(said, ['not ready: it was not ready within 0.01 s']);
});

test('a crash ends the turn at once; the next message goes to a new process on the session', async (t) => {
  const { host, driver, drivers, said } = await working(true);
  driver.end(3);
  await settle();
  host.message('two');
  await settle();
  t.deepEqual(said, ['ready', 'end ORC_AGENT_CRASHED']);
  t.is(drivers[1]?.session, 'session-1');
  t.deepEqual(drivers[1]?.taken, ['two']);
});

test('a session that cannot be taken up is given up, and the user is told', async (t) => {
  const { drivers, said } = scene(true, (driver, nth) =>
    nth === 2 ? driver.refuse('no such session') : driver.becomeReady(),
  );
  await settle();
  drivers[0]?.end(1);
  await settle();
  await settle();
  t.is(drivers[2]?.session, undefined);
  t.is(said.length, 2);
  t.regex(said[1] ?? '', /do not remember/);
});

test('a CLI that does not begin is said to be the problem, and the host ends', async (t) => {
  const { said, ended } = scene(true, (driver) => {
    driver.events.log('not logged in');
    driver.end(1);
  });
  t.is(await ended, 1);
  t.deepEqual(said, ['not ready: it ended with code 1 before it was ready: not logged in']);
});

test('a CLI that crashes again and again is given up', async (t) => {
  const { drivers, ended } = scene(true, (driver) => {
    driver.becomeReady();
    setImmediate(() => driver.end(1));
  });
  t.is(await ended, 1);
  t.is(drivers.length, 4);
});
