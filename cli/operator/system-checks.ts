import { askHealth } from '../../platform/service/ask-health.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import { expectedServices, type ServiceHealth, systemHealth } from '../../schemas/health.ts';
import { STREAM_SUBJECTS, type StreamName } from '../../schemas/subjects.ts';
import { type Check, missing, ok, wrong } from './check.ts';
import { type OperatorContext, withSystem } from './operator-context.ts';

/** What a service may take to answer. */
const HEALTH_MS = 2_000;

type Environment = Record<string, string | undefined>;

/** The parts of a running system; where none runs, that is said and nothing is wrong. */
export async function checkSystem(environment: Environment, timeoutMs: number): Promise<Check[]> {
  const checks: Check[] = [];
  try {
    await withSystem(environment, timeoutMs, async (context) => {
      checks.push(ok('NATS', `${context.connection.nc.getServer()}, ${versionOf(context)}`));
      checks.push(await checkStreams(context));
      checks.push(await checkProjections(context, timeoutMs));
      checks.push(...(await checkServices(context, timeoutMs)));
    });
  } catch (error) {
    const { message } = asOrchestratorError(error);
    checks.push(missing('NATS', `${message}; \`npm start\` runs the system`));
  }
  return checks;
}

const versionOf = ({ connection }: OperatorContext): string =>
  `nats-server ${connection.nc.info?.version ?? 'of unknown version'}`;

async function checkStreams({ log }: OperatorContext): Promise<Check> {
  const names = Object.keys(STREAM_SUBJECTS) as StreamName[];
  const lacking: string[] = [];
  for (const name of names) await log.lastSequence(name).catch(() => lacking.push(name));
  return lacking.length === 0
    ? ok('streams', names.join(', '))
    : missing('streams', `${lacking.join(', ')} not there; \`npm start\` makes them`);
}

async function checkProjections({ views }: OperatorContext, timeoutMs: number): Promise<Check> {
  try {
    const { sequence } = await views.request('hash', {}, { timeoutMs });
    return ok('projections', `at event ${sequence}`);
  } catch (error) {
    const { message } = asOrchestratorError(error);
    return missing('projections', `${message}; \`npm start\` runs them`);
  }
}

/** Each service process that answers, each of its checks, and those that should answer and do not. */
async function checkServices(
  { settings, connection }: OperatorContext,
  timeoutMs: number,
): Promise<Check[]> {
  const expected = expectedServices(settings);
  const asked = { expected, timeoutMs: Math.min(timeoutMs, HEALTH_MS) };
  const { services, missing: silent } = systemHealth(
    expected,
    await askHealth(connection.nc, asked),
  );
  return [
    ...services.flatMap(serviceChecks),
    ...silent.map((name) => missing(`service ${name}`, 'does not answer; `npm start` runs it')),
  ];
}

function serviceChecks({ service, node, pid, version, startedAt, checks }: ServiceHealth): Check[] {
  const what = `version ${version} on ${node}, process ${pid}, since ${startedAt}`;
  return [
    ok(`service ${service}`, what),
    ...checks.map(({ name, ok: isWell, detail, since, notable }) => {
      const what = `${service}: ${name}`;
      if (!isWell) return wrong(what, `${detail} (since ${since})`);
      return notable ? missing(what, detail) : ok(what, detail);
    }),
  ];
}
