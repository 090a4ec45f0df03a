import { createUser, encodeUser, fmtCreds, fromSeed } from '@nats-io/jwt';
import test, { type ExecutionContext } from 'ava';
import { programVersion } from '../../platform/nats/program-version.ts';
import { serveViews } from '../../projections/views/views-service.ts';
import { runHere } from '../cli/run-here.ts';
import { quiet, startFollower } from '../core/projection/folded-log.ts';
import { testServerPath } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import type { Belongings } from './belongings.ts';
import { BROKERS, type Life } from './brokers.ts';
import { distinct, outcomeOf } from './outcomes.ts';
import { foreignSubjects, hostileBodies, oddReplies } from './places.ts';
import { PlainClient, type Publish } from './plain-client.ts';
import { firstUnheard } from './said-and-heard.ts';
import { Scene } from './scene.ts';
import { reportAttempts } from './security-report.ts';
import { type HeaderAttack, headerAttacks } from './server-headers.ts';

/** By header, by kind of subject: what came of it, on the server that was tried first. */
const seen = new Map<string, unknown>();

for (const [name, start] of Object.entries(BROKERS)) {
  const ends: (() => unknown)[] = [];
  const life: Life = { title: name, teardown: (end) => void ends.push(end) };
  let scene: Scene;
  let version: string;

  /** Nothing of others was touched by what was attempted since `before`. */
  const untouched = async (t: ExecutionContext, before: Belongings, what: string) => {
    t.deepEqual(await scene.belongings(), before, what);
    t.deepEqual(distinct(scene.reached), [], `${what}: reached those who serve`);
    t.deepEqual(distinct(scene.leaked), [], `${what}: heard what is others’`);
  };

  /** The same on both servers, and in the table of docs/security.md. */
  const report = (t: ExecutionContext, part: string, outcomes: Record<string, unknown>) => {
    if (seen.has(part)) t.deepEqual(outcomes, seen.get(part), 'as on the other server');
    seen.set(part, outcomes);
    reportAttempts(part, outcomes);
    reportAttempts('server', version);
  };

  test.before(async () => {
    version = await programVersion(await testServerPath());
    scene = await Scene.make(life, await start(life));
  });

  test.after.always(async () => {
    for (const end of ends.reverse()) await end();
  });

  test.afterEach(async (t) => {
    // The title of a hook is `afterEach hook for …`.
    if (!t.title.includes(`${name}:`)) return;
    t.deepEqual(await scene.othersGoOn(), { answered: true, heard: true, stated: true });
    // What services stated just now is no attack.
    scene.reached.length = 0;
  });

  test(`${name}: no header, on no subject that an agent may publish, touches what is others’`, async (t) => {
    const outcomes = new Map<string, Record<string, string>>();
    const families = Map.groupBy(headerAttacks(scene.aim), ({ header }) => familyOf(header));
    const before = await scene.belongings();
    for (const [family, attacks] of families) {
      for (const [header, those] of Map.groupBy(attacks, (one) => one.header)) {
        outcomes.set(header, await outcomesByKind(scene, those));
      }
      await untouched(t, before, family);
    }
    report(t, 'headers', Object.fromEntries(outcomes));
  });

  test(`${name}: wherever an agent has its answers sent, nothing comes to anybody else that he believes`, async (t) => {
    const replies = [...foreignSubjects(scene.aim), ...oddReplies(scene.aim)];
    const publishes = scene.subjects.flatMap((subject) =>
      hostileBodies(scene.aim).map((body) => ({ subject, body })),
    );
    scene.ears.heard.length = 0;
    const before = await scene.belongings();
    for (const [first, those] of Map.groupBy(replies, (reply) => reply.split('.')[0])) {
      await scene.attempt(those.flatMap((reply) => publishes.map((one) => ({ ...one, reply }))));
      await scene.settled();
      await untouched(t, before, `replies to ${first}`);
    }
    const rung = new Set(scene.ears.heard.map(({ subject }) => subject));
    const outcomes = Object.fromEntries(
      replies.map((reply) => [
        scene.named(reply),
        rung.has(reply) ? 'rings there' : 'nobody hears it',
      ]),
    );
    report(t, 'replies', outcomes);
  });

  test(`${name}: headers together with foreign reply subjects touch nothing either`, async (t) => {
    const [lookUp = ''] = scene.subjects.filter((subject) => subject.startsWith('$JS'));
    const before = await scene.belongings();
    for (const reply of foreignSubjects(scene.aim)) {
      await scene.attempt(
        headerAttacks(scene.aim).map(({ headers }) => ({ subject: lookUp, reply, headers })),
      );
    }
    await untouched(t, before, lookUp);
  });

  test(`${name}: whatever a look-up asks for, the agent gets its own result`, async (t) => {
    const lookUps = scene.subjects.filter((subject) => subject.startsWith('$JS'));
    t.is(lookUps.length, 1);
    const before = await scene.belongings();
    const answers = await scene.answers(
      lookUps.flatMap((subject) => hostileBodies(scene.aim).map((body) => ({ subject, body }))),
    );
    // 408: a body that is not the question of this subject.
    t.deepEqual(distinct(answers.map(({ outcome }) => outcome)), ['its own result', 'status 408']);
    await untouched(t, before, 'look-ups');
  });

  test(`${name}: what is foreign cannot be published at all`, async (t) => {
    const foreign = foreignSubjects(scene.aim);
    scene.attacker.refused.length = 0;
    const before = await scene.belongings();
    await scene.attempt(foreign.map((subject) => ({ subject, body: '{}' })));
    await untouched(t, before, 'foreign subjects');
    t.is(scene.attacker.refused.length, foreign.length);
  });

  test(`${name}: in the agents’ account nobody answers but for what agents may do, whatever a credential allows`, async (t) => {
    const everything = await PlainClient.connect(
      scene.broker.url,
      await unlimited(scene.broker.keys.agentsSeed),
    );
    everything.subscribe('_INBOX.>');
    const foreign = foreignSubjects(scene.aim).filter((subject) => !isForSomeAgent(subject));
    const before = await scene.belongings();
    foreign.forEach((subject, index) => {
      everything.publish({ subject, reply: `_INBOX.${index}`, body: '{}' });
    });
    everything.publish({ subject: '$JS.API.INFO', reply: '_INBOX.last' });
    const heardOn = (subject: string) => everything.heard.find((one) => one.subject === subject);
    await everything.until(() => heardOn('_INBOX.last') !== undefined, 10_000);
    foreign.forEach((subject, index) => {
      const outcome = outcomeOf(heardOn(`_INBOX.${index}`));
      // The account has no JetStream (10039), and there is no cluster (10010, or no word at all).
      const wanted = /^(nobody hears it|no answer|refused: .*\(100(39|10)\))$/;
      // What the server tells every user of himself.
      if (subject !== '$SYS.REQ.USER.INFO') t.regex(outcome, wanted, subject);
    });
    await untouched(t, before, 'another account');
    await everything.close();
  });

  test(`${name}: nothing of it comes due later`, async (t) => {
    const before = await scene.belongings();
    const soon = /Nats-Schedule: (@at|@every|\*)/;
    const schedules = headerAttacks(scene.aim).filter(({ headers }) => soon.test(headers));
    // A subject has one schedule, its last message: so they are set a few at a time.
    for (let first = 0; first < schedules.length; first += scene.subjects.length) {
      const some = schedules.slice(first, first + scene.subjects.length);
      await scene.attempt(
        some.map(({ headers }, index) => ({ subject: scene.subjects[index] ?? '', headers })),
      );
      await scene.timePassed(1_000);
    }
    t.deepEqual(await scene.belongings(), before);
  });

  test(`${name}: another agent’s waiting command takes the true result and no other`, async (t) => {
    const reply = `agents.${scene.aim.other}.result.awaited`;
    await scene.attempt(scene.subjects.map((subject) => ({ subject, reply, body: '{"ok":true}' })));
    await scene.stateResult('the truth');
    t.is(Buffer.from((await scene.result) ?? []).toString(), 'the truth');
  });

  test(`${name}: after kill -9 what was said goes on into EVENTS, each once and in order, and verify agrees`, async (t) => {
    const { broker, log } = scene;
    const { follower } = await startFollower(life, log);
    const { nc } = broker.connection;
    const service = await serveViews({ nc, follower, log, logger: quiet, version: '1.2.3' });
    life.teardown(() => service.stop());
    const env = { ORCHESTRATOR_NATS_URL: broker.url, ORCHESTRATOR_CREDS: broker.creds };
    const verify = () => runHere(['verify', '--json'], environment('/nowhere', env));
    t.is((await verify()).code, 0);
    for (let round = 0; round < 2; round += 1) {
      await scene.attempt(everyHeader(scene));
      await scene.restart(life);
      t.deepEqual(await scene.othersGoOn(), { answered: true, heard: true, stated: true });
      t.is(await firstUnheard(log), undefined);
    }
    const { code, stderr } = await verify();
    t.is(code, 0, stderr);
  });
}

/** By kind of subject: what came of these headers there. */
async function outcomesByKind(
  scene: Scene,
  attacks: readonly HeaderAttack[],
): Promise<Record<string, string>> {
  const publishes = scene.subjects.flatMap((subject) =>
    attacks.flatMap(({ headers }) => ['', '{}'].map((body) => ({ subject, headers, body }))),
  );
  const byKind = Map.groupBy(await scene.answers(publishes), ({ subject }) => kindOf(subject));
  return Object.fromEntries(
    [...byKind].map(([kind, those]) => [
      kind,
      distinct(those.map(({ outcome }) => outcome)).join(', '),
    ]),
  );
}

/** `Nats-Schedule` of `Nats-Schedule-TTL`. */
const familyOf = (header: string): string => header.split('-').slice(0, 2).join('-');

/** Which stream takes it, or whether it asks. */
function kindOf(subject: string): 'word' | 'file' | 'look-up' {
  if (subject.startsWith('$JS')) return 'look-up';
  return subject.includes('.file.') ? 'file' : 'word';
}

const everyHeader = ({ subjects, aim }: Scene): Publish[] =>
  subjects.flatMap((subject) => headerAttacks(aim).map(({ headers }) => ({ subject, headers })));

/** What the agents' account imports, for whichever agent: an agent's credential lets through its own. */
const isForSomeAgent = (subject: string): boolean =>
  /agents\.agent-\w+\.(response|tool|file|turn\.signalled|result)\b/.test(subject) &&
  /^agents\.[^.]+\.(response|tool|file|turn)|^\$JS\.API\.DIRECT\.GET\.EVENTS\.agents/.test(subject);

/** The credential of a user of the agents' account who may do everything there. */
async function unlimited(agentsSeed: string): Promise<string> {
  const user = createUser();
  const account = fromSeed(new TextEncoder().encode(agentsSeed));
  const jwt = await encodeUser('everything', user, account, {});
  return new TextDecoder().decode(fmtCreds(jwt, user));
}
