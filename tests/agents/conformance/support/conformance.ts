import { kill } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { ofType } from '../../../support/history.ts';
import type {
  ModelReply,
  ModelRequest,
  ModelScript,
} from '../../../support/model-server/model-request.ts';
import { answersEach, answerTo, unanswered } from '../../../support/model-server/scripts.ts';
import { type AgentKind, installedVersion } from './agent-kinds.ts';
import { AgentReport } from './agent-report.ts';
import { type AgentWorld, type Containers, memoryOf, startAgent } from './agent-world.ts';
import { PATIENCE_MS } from './patience.ts';

/** Longer than a test waits for anything in it. */
const TEST_TIMEOUT_MS = 3 * PATIENCE_MS;

/**
 * What every agent has to be able to do, whoever made it. One suite for all kinds. Real CLIs are held
 * to the whole of it by `npm run test:agents`, and by CI when they have changed since the last report
 * (tests/runner/selection.ts); each other run has what only the CLI itself can show: start, memory,
 * messages at once, interrupt, end of turn, crash, permissions.
 */
export function holdsAgentTo(
  kind: AgentKind,
  containers?: (t: ExecutionContext) => Promise<Containers>,
): void {
  const title = containers ? `${kind.kind} in a container` : kind.kind;
  const report = new AgentReport(title, kind.package && installedVersion(kind.package));

  const holds = (what: string, body: Body) =>
    test(`${title}: ${what}`, async (t) => {
      t.timeout(TEST_TIMEOUT_MS);
      const policy = what.includes('must ask') ? 'ask:touch listed' : 'allow';
      const name = `ORCHESTRATOR_${kind.kind.toUpperCase()}_PERMISSIONS`;
      const world = await startAgent(
        t,
        kind,
        kind.hasModel ? { [name]: policy } : {},
        await containers?.(t),
      );
      try {
        const differs = await body(world, t);
        await world.holdsNoSecret();
        report.holds(what, typeof differs === 'string' ? differs : 'yes');
      } catch (error) {
        t.log(await world.logs());
        throw error;
      }
    });

  holds('two messages go to one process, which remembers the first', async (world, t) => {
    await world.say('one');
    await world.ended('one');
    await world.say('two');
    await world.ended('two');

    t.deepEqual(await world.answered(), ['one', 'two']);
    const events = await world.events();
    t.is(ofType(events, 'process.starting').length, 1);
    if (kind.kind !== 'demo') t.true((await world.answers())[1]?.includes('one,two'));
    t.is(ofType(events, 'turn.nudged').length, 0);
  });

  holds('three messages at once are all answered, in their order', async (world, t) => {
    await Promise.all([world.say('one'), world.say('two'), world.say('three')]);
    const sent = ofType(await world.events(), 'command.send').map(({ id }) => id);
    for (const name of sent) await world.ended(name);

    t.deepEqual(await world.answered(), sent);
  });

  const isWhole = kind.package === undefined || process.env.WHOLE_AGENT_SUITE === 'true';
  const holdsToo: Holds = isWhole ? holds : () => undefined;

  holdsToo('many lines, quotes and 100 KB arrive as they were sent', async (world, t) => {
    const text = ` "quotes" 'and' \\back\\slashes\n\n{"json": [1]}\t$(no) \`ticks\` 😀\n${'long line äö '.repeat(7000)}end`;
    await world.say('big', text);
    await world.ended('big');

    if (kind.hasModel) {
      const seen = world.model.requests.flatMap(({ parts }) => parts.map((part) => part.text));
      t.true(seen.some((part) => part.includes(`MSG[big]${text}`)));
    } else if (kind.kind === 'demo') {
      t.is((await world.answers())[0], `[1] You said: MSG[big]${text}`);
    } else {
      t.is((await world.answers())[0], `<big> of big, ${[...`MSG[big]${text}`].length} characters`);
    }
  });

  if (isWhole) measures(title, kind, report, containers);
  if (kind.hasModel) holdsModelAgentTo(kind, holds, holdsToo);
}

/** Not part of what holds: the figures that the table has. */
function measures(
  title: string,
  kind: AgentKind,
  report: AgentReport,
  containers?: (t: ExecutionContext) => Promise<Containers>,
): void {
  test(`${title}: start-up and idle memory are what the table says`, async (t) => {
    t.timeout(TEST_TIMEOUT_MS);
    const world = await startAgent(t, kind, {}, await containers?.(t));
    const [starting] = ofType(await world.events(), 'process.starting');
    const [ready] = ofType(await world.events(), 'process.ready');
    const startUp = Date.parse(ready?.time ?? '') - Date.parse(starting?.time ?? '');
    const idle = await idleMemory(await world.pid());
    await world.say('one');
    await world.ended('one');
    const [answer] = ofType(await world.events(), 'response.answer');
    const [sent] = ofType(await world.events(), 'command.send');
    const [ended] = ofType(await world.events(), 'turn.ended');
    const at = (event: { time: string } | undefined) => Date.parse(event?.time ?? '');
    t.true(startUp >= 0 && at(answer) >= at(sent) && at(ended) >= at(answer));
    report.measured({
      startUpMs: startUp,
      idleMb: idle,
      answerMs: at(answer) - at(sent),
      endAfterAnswerMs: at(ended) - at(answer),
    });
  });
}

/** A process that has just begun has not read its program yet. */
async function idleMemory(pid: number): Promise<number> {
  for (;;) {
    const megabytes = await memoryOf(pid);
    if (megabytes > 0) return megabytes;
    await delay(10);
  }
}

/** Resolves with the way in which it is so, where that is another. */
type Body = (world: AgentWorld, t: ExecutionContext) => Promise<unknown>;
type Holds = (what: string, body: Body) => void;

function holdsModelAgentTo(kind: AgentKind, holds: Holds, holdsToo: Holds): void {
  holdsToo('a message during a turn is answered, by the turn or by the next', async (world, t) => {
    const gate = gated(world, 'one');
    await world.say('one');
    await gate.reached;
    await world.say('two');
    if (kind.joins) await delivered(world, 'two');
    gate.open();
    await world.ended('one');
    await world.ended('two');

    t.deepEqual(await world.answered(), ['one', 'two']);
    const turns = ofType(await world.events(), 'turn.started').length;
    t.is(turns, kind.joins ? 1 : 2);
  });

  holds('an interrupt ends the turn, and the process goes on', async (world, t) => {
    const gate = gated(world, 'one');
    await world.say('one');
    await gate.reached;
    const pid = await world.pid();
    await world.interrupt();
    t.is((await world.failed('one')).code, 'ORC_TURN_INTERRUPTED');
    gate.open();

    world.model.script = answersEach;
    await world.say('two');
    await world.ended('two');
    t.true((await world.answered()).includes('two'));
    t.is(await world.pid(), pid);
  });

  holds('a turn without a word is reminded once, and then answered', async (world, t) => {
    world.model.script = (request) =>
      reminded(request) ? answersEach(request) : { do: 'say', text: 'I forgot.' };
    await world.say('one');
    await world.ended('one');

    t.is(ofType(await world.events(), 'turn.nudged').length, 1);
    t.deepEqual(await world.answered(), ['one']);
  });

  holdsToo('a turn without a word after the reminder fails visibly', async (world, t) => {
    world.model.script = () => ({ do: 'say', text: 'I forgot.' });
    await world.say('one');
    t.is((await world.failed('one')).code, 'ORC_NO_ANSWER');
  });

  holdsToo('refused credentials are said in the chat', async (world, t) => {
    world.model.script = refusing(401, 'authentication_error', 'the key has expired');
    await world.say('one');
    const failed = await world.failed('one');
    t.is(failed.code, 'ORC_MODEL_LOGIN', failed.reason);
    t.true(failed.cure.includes('log in'));
  });

  holdsToo(
    'a limit of the model is said in the chat, and the next message works',
    async (world, t) => {
      world.model.script = refusing(429, 'rate_limit_error', 'too many requests');
      await world.say('one');
      const failed = await world.failed('one');
      t.is(failed.code, 'ORC_MODEL_BUSY', failed.reason);

      world.model.script = answersEach;
      await world.say('two');
      await world.ended('two');
      t.true((await world.answered()).includes('two'));
    },
  );

  holdsToo('a failure of the model is said in the chat', async (world, t) => {
    world.model.script = refusing(400, 'invalid_request_error', 'this model is broken');
    await world.say('one');
    const failed = await world.failed('one');
    t.is(failed.code, 'ORC_MODEL_ERROR', failed.reason);
  });

  holdsToo('a stream that is cut is read again', async (world, t) => {
    let cuts = 0;
    world.model.script = (request) => {
      if (unanswered(request).length === 0 || request.tools.length === 0 || cuts > 0) {
        return answersEach(request);
      }
      cuts += 1;
      return { do: 'cut', text: 'I am about to' };
    };
    await world.say('one');
    if (kind.readsCutStreamsAgain === false) {
      t.is((await world.failed('one')).code, 'ORC_MODEL_ERROR');
      await world.say('two');
      await world.ended('two');
      return 'its CLI does not try again: the turn fails visibly, the next message works';
    }
    await world.ended('one');
    t.deepEqual([cuts, await world.answered()], [1, ['one']]);
    return undefined;
  });

  holdsToo('garbage from the model harms nothing', async (world, t) => {
    let garbage = 0;
    world.model.script = (request) => {
      if (unanswered(request).length === 0 || request.tools.length === 0 || garbage > 0) {
        return answersEach(request);
      }
      garbage += 1;
      return { do: 'nonsense' };
    };
    await world.say('one');
    await world.ended('one');
    t.deepEqual([garbage, await world.answered()], [1, ['one']]);
  });

  holdsToo('SIGTERM in a turn lets it be finished, and then it ends', async (world, t) => {
    const gate = gated(world, 'one');
    await world.say('one');
    await gate.reached;
    kill(-(await world.pid()), 'SIGTERM');
    await world.logged('ending when this turn is done');
    gate.open();

    const exited = await world.spawner.event(world.agentId, 'process.exited');
    t.is(exited.data.code, 0);
    t.deepEqual(await world.answered(), ['one']);
  });

  holds(
    'a crash of the CLI in a turn is told at once, and its session goes on',
    async (world, t) => {
      await world.say('one');
      await world.ended('one');
      const gate = gated(world, 'two');
      await world.say('two');
      await gate.reached;
      kill(-(await world.cliPid()), 'SIGKILL');

      t.is((await world.failed('two')).code, 'ORC_AGENT_CRASHED');
      gate.open();
      world.model.script = answersEach;
      await world.say('three');
      await world.ended('three');
      const last = (await world.answers()).at(-1) ?? '';
      t.true(last.includes('three'), last);
      if (kind.resumes) t.regex(last, /\bone\b/);
      else t.is(ofType(await world.events(), 'response.progress').length, 1);
      t.is(ofType(await world.events(), 'process.starting').length, 1);
      if (kind.resumes) {
        // C5: also where the session was taken up once before.
        const next = gated(world, 'four');
        await world.say('four');
        await next.reached;
        kill(-(await world.cliPid()), 'SIGKILL');
        await world.failed('four');
        next.open();
        world.model.script = answersEach;
        await world.say('five');
        await world.ended('five');
        const again = (await world.answers()).at(-1) ?? '';
        t.true(again.includes('five'), again);
        t.regex(again, /\bone\b/);
        return undefined;
      }
      return 'told at once; its CLI loses the session that it is to load, and the user is told so';
    },
  );

  holds('an agent that must ask does what is allowed, and not what is not', (world, t) =>
    permissionsHold(kind, world, t),
  );
}

/** The model begins to answer a message, and goes on when the gate is opened. */
function gated(world: AgentWorld, name: string): { reached: Promise<void>; open: () => void } {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  world.model.script = (request) => {
    if (!unanswered(request).includes(name) || request.tools.length === 0) {
      return answersEach(request);
    }
    reached.resolve();
    return { do: 'wait', until: opened.promise, next: answerTo(request) };
  };
  return { reached: reached.promise, open: () => opened.resolve() };
}

const reminded = ({ parts }: ModelRequest): boolean =>
  parts.some(({ from, text }) => from === 'user' && text.includes('without a word to the user'));

const refusing = (status: number, type: string, message: string) => (): ModelReply => ({
  do: 'refuse',
  status,
  type,
  message,
});

/** Resolves when the spawner has written a message. */
async function delivered(world: AgentWorld, name: string): Promise<void> {
  const { agentId, spawner } = world;
  await spawner.event(agentId, 'process.delivered', ({ data }) => data.commandId === name);
}

/** By pattern, by a yes, and by a no; its own command needs no permission. */
async function permissionsHold(
  kind: AgentKind,
  world: AgentWorld,
  t: ExecutionContext,
): Promise<string | undefined> {
  const files = ['listed', 'granted', 'refused'];
  world.model.script = touching(files);
  await world.say('one');
  if (kind.sandboxed) {
    await world.ended('one');
    t.deepEqual(await areThere(world, files), [true, true, true]);
    await sandboxHolds(world, t);
    return 'in its own sandbox: it asks for what leaves the workspace, and for nothing in it';
  }
  await answerQuestions(world, t, ['granted', 'refused']);
  await world.ended('one');

  t.deepEqual(await areThere(world, files), [true, true, false]);
  t.deepEqual(await world.answered(), ['one']);
  return undefined;
}

async function sandboxHolds(world: AgentWorld, t: ExecutionContext): Promise<void> {
  const outside: [string, string] = ['../granted', '../refused'];
  world.model.script = touching(outside, { unsandboxed: true });
  await world.say('two');
  await answerQuestions(world, t, outside);
  await world.ended('two');

  t.deepEqual(await areThere(world, outside), [true, false]);
  t.deepEqual(await world.answered(), ['one', 'two']);
}

/** Makes each file by a command of its own, and then answers. */
const touching =
  (files: readonly string[], how: { unsandboxed?: true } = {}): ModelScript =>
  (request) => {
    if (request.tools.length === 0) return { do: 'say', text: 'A title.' };
    const tried = request.parts.filter(({ from }) => from === 'model').map(({ text }) => text);
    const commands = files.map((file) => `touch ${file}`);
    const next = commands.find((command) => !tried.some((text) => text.includes(command)));
    return next !== undefined && unanswered(request).length > 0
      ? { do: 'shell', command: next, ...how }
      : answersEach(request);
  };

const areThere = (world: AgentWorld, files: readonly string[]): Promise<boolean[]> =>
  Promise.all(files.map((file) => world.hasFile(file)));

/** A yes to the question about the first file, a no to that about the second. */
async function answerQuestions(
  world: AgentWorld,
  t: ExecutionContext,
  files: readonly [string, string],
): Promise<void> {
  for (const [index, answer] of ['once', 'no'].entries()) {
    const question = await world.question(index);
    t.true(question.data.text.includes(`touch ${files[index]}`), question.data.text);
    t.deepEqual(question.data.options, ['once', 'for this session', 'always', 'no']);
    await world.answerQuestion(question.id, answer);
  }
}
