import { randomBytes } from 'node:crypto';
import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import { erasePerson, workedOf } from '../../core/erase/erase-person.ts';
import { hasAny } from '../../core/erase/erase-said.ts';
import { erasureUnderWay } from '../../core/erase/erasure-store.ts';
import { findPersonal, type Personal } from '../../core/erase/find-personal.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { eraseFiles } from '../../platform/erase/erase-files.ts';
import { type DataPaths, dataPaths } from '../../platform/service/data-paths.ts';
import { lockFolder } from '../../platform/service/folder-lock.ts';
import { createLogger } from '../../platform/service/logger.ts';
import type { Erasure } from '../../schemas/erasure.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { Settings } from '../../schemas/settings.ts';
import { erasedLines, leftOf } from '../operator/erased-lines.ts';
import { withSystem } from '../operator/operator-context.ts';
import { requireNoService } from '../operator/require-no-service.ts';
import { described, jsonOption, personOption } from '../options.ts';
import { terminalAsker } from '../setup/asker.ts';
import { startNats } from '../start/start-nats.ts';
import { usageOf } from '../usage.ts';

/** What a look at the running system waits for it. */
const LOOK_MS = 2_000;

/** What the server takes to overwrite a message: docs/erase.md. */
const EVENT_MS = 12;

export class EraseCommand extends Command {
  static override paths = [['erase']];
  static override usage = usageOf('erase');

  json = jsonOption();
  dryRun = Option.Boolean('--dry-run', false, described('erase', '--dry-run'));
  yes = Option.Boolean('--yes,-y', false, described('erase', '--yes,-y'));
  shared = Option.String('--shared', described('erase', '--shared'));
  user = Option.String({ name: 'user' });

  override async execute(): Promise<number> {
    const person = personOption('user', this.user);
    const withShared = this.#withShared();
    if (this.dryRun) return this.#dryRun(person, withShared);
    return this.#stopped(async (system) => {
      const { connection } = system;
      await requireNoService(connection.nc, 'ORC_ERASE', `${this.user} is erased`);
      const begun = await erasureUnderWay(connection.nc);
      if (begun !== undefined) return this.#goOn(begun, person, system);
      const found = await this.#find(connection, person, withShared);
      await requireErasable(connection, found, withShared);
      await this.#confirm();
      await this.#erase(erasureOf(found, new Date()), false, system);
      this.#print(found, 'erased');
      return 0;
    });
  }

  /** Of the system as it runs, or of one that does not. */
  async #dryRun(person: Person, withShared: boolean | undefined): Promise<number> {
    const look = async ({ connection }: Pick<System, 'connection'>): Promise<number> => {
      const begun = await erasureUnderWay(connection.nc);
      const isOwn = begun?.people.some((each) => samePerson(each, person)) === true;
      if (begun !== undefined && isOwn) this.#print(personalOf(begun), 'are being erased');
      else this.#print(await this.#find(connection, person, withShared), 'would be erased');
      return 0;
    };
    try {
      return await withSystem(this.context.env, LOOK_MS, look);
    } catch (error) {
      const isAway = error instanceof OrchestratorError && error.code === 'ORC_NOT_REACHABLE';
      if (!isAway) throw error;
      return this.#stopped(look);
    }
  }

  /** With the data folder for itself, and its NATS. */
  async #stopped(work: (system: System) => Promise<number>): Promise<number> {
    const settings = loadSettings(this.context.env);
    const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
    await using stack = new AsyncDisposableStack();
    const lock = await lockFolder(paths);
    stack.defer(() => lock.release());
    const logger = createLogger('erase', 'silent');
    const { connection } = await startNats(settings, paths, logger, stack);
    return await work({ connection, settings, paths });
  }

  /** Throws ORC_BAD_INPUT where there is nothing. */
  async #find(
    connection: LogConnection,
    person: Person,
    withShared: boolean | undefined,
  ): Promise<Personal> {
    const found = await findPersonal(connection, person, { withShared: withShared === true });
    if (found.events > 0) return found;
    throw new OrchestratorError('ORC_BAD_INPUT', `The log has nothing of ${this.user}`, {
      cure: '`orchestrator events --json` shows who is in it.',
    });
  }

  async #goOn(begun: Erasure, person: Person, system: System): Promise<number> {
    const [first = person] = begun.people;
    if (!begun.people.some((each) => samePerson(each, person))) {
      const what = `The erasure of ${first.channel}/${first.userId} has begun and not come to its end`;
      throw new OrchestratorError('ORC_ERASING', what);
    }
    await this.#confirm();
    await this.#erase(begun, true, system);
    this.#print(personalOf(begun), 'erased');
    return 0;
  }

  #erase(
    erasure: Erasure,
    isBegun: boolean,
    { connection, settings, paths }: System,
  ): Promise<void> {
    const events = countOf(erasure);
    // Minutes without a word would look as if it hung.
    this.context.stderr.write(
      `erasing ${events} events, some ${Math.ceil((events * EVENT_MS) / 1_000)} s; should it be killed, run it again\n`,
    );
    const redis = settings.ORCHESTRATOR_REDIS_URL;
    const beside = async (own: Erasure) => {
      await eraseFiles(paths, own);
      if (redis === undefined) return;
      const { eraseRedis } = await import('../../platform/erase/erase-redis.ts');
      await eraseRedis(redis, own);
    };
    return erasePerson({ connection, erasure, isBegun, beside });
  }

  #withShared(): boolean | undefined {
    const { shared } = this;
    if (shared === undefined) return undefined;
    if (shared === 'erase' || shared === 'keep') return shared === 'erase';
    throw new OrchestratorError(
      'ORC_USAGE',
      `--shared ${JSON.stringify(shared)} is neither erase nor keep`,
    );
  }

  /** By the whole id, so that nobody is erased in place of another. */
  async #confirm(): Promise<void> {
    if (this.yes) return;
    const { stdin, stderr } = this.context;
    const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
    if (!isTerminal) {
      throw new OrchestratorError('ORC_USAGE', 'Nobody can be asked here: --yes erases without');
    }
    const asked = `This cannot be undone. To erase all of it, type ${this.user}`;
    const typed = await terminalAsker(stdin, stderr).ask(asked);
    if (typed !== this.user) throw new OrchestratorError('ORC_USAGE', 'Nothing was erased');
  }

  #print(found: Personal, what: string): void {
    const { places: _, ...shown } = found;
    this.context.stdout.write(
      this.json
        ? `${JSON.stringify({ user: this.user, ...shown, left: leftOf(found) })}\n`
        : erasedLines(this.user, found, what),
    );
  }
}

interface System {
  connection: LogConnection;
  settings: Settings;
  paths: DataPaths;
}

/** Throws ORC_ERASE with what is to be done before. */
async function requireErasable(
  connection: LogConnection,
  { living, shared, jobs, othersWork }: Personal,
  withShared: boolean | undefined,
): Promise<void> {
  const [live] = living;
  if (live !== undefined) {
    throw new OrchestratorError('ORC_ERASE', `${living.join(', ')} still live or run`, {
      cure: 'Start the system, `orchestrator delete <agent>` or `orchestrator job cancel <job>`, and end it again.',
    });
  }
  if (shared.length > 0 && withShared === undefined) {
    const whose = shared.map(({ agentId, of }) => `${agentId} of ${of}`).join(', ');
    throw new OrchestratorError('ORC_ERASE', `The person wrote to agents of others: ${whose}`, {
      cure: '--shared erase erases these agents whole, --shared keep leaves them with what was written there.',
    });
  }
  if (othersWork.length > 0 && (await hasAny(connection, 'WORKED', jobs.map(workedOf)))) {
    throw new OrchestratorError('ORC_ERASE', `Jobs of others run: ${othersWork.join(', ')}`, {
      cure: 'What workers said goes as a whole: let them end, or `orchestrator job cancel <job>`.',
    });
  }
}

const erasureOf = ({ people, agents, jobs, projects, places }: Personal, now: Date): Erasure => ({
  id: randomBytes(12).toString('hex'),
  people,
  agents,
  jobs,
  projects,
  places,
  begunAt: now.toISOString(),
});

/** The events of all stretches, of which both ends are part. */
const countOf = ({ places }: Pick<Erasure, 'places'>): number =>
  places.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** Of one that goes on: what was found at its beginning, as far as it is kept. */
const personalOf = ({ people, agents, jobs, projects, places }: Erasure): Personal => ({
  people,
  agents,
  jobs,
  projects,
  places,
  events: countOf({ places }),
  shared: [],
  othersIn: [],
  sharedProjects: [],
  homesElsewhere: [],
  living: [],
  othersWork: [],
});
