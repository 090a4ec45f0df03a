import { Option } from 'clipanion';
import { askHealth } from '../../platform/service/ask-health.ts';
import { EXIT } from '../../schemas/errors.ts';
import { expectedServices, type SystemHealth, systemHealth } from '../../schemas/health.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class HealthCommand extends OperatorCommand {
  static override paths = [['health']];
  static override usage = usageOf('health');

  services = Option.Rest({ name: 'services' });
  override timeout = Option.String('--timeout', '5s', described('health', '--timeout'));

  protected async work({ settings, connection }: OperatorContext): Promise<number> {
    const all = this.services.length === 0;
    const expected = all ? expectedServices(settings) : this.services;
    const heard = await askHealth(connection.nc, { expected, timeoutMs: this.timeoutMs });
    const meant = heard.filter(({ service }) => all || expected.includes(service));
    const health = systemHealth(expected, meant);
    this.print(health, textOf(health));
    return health.ok ? EXIT.done : EXIT.failed;
  }
}

/** A line a service, and one for each of its parts that is not well or is to be seen. */
function textOf({ services, missing }: SystemHealth): string {
  const lines = [
    ...services.flatMap(({ service, node, checks }) => {
      const shown = checks.filter(({ ok, notable }) => !ok || notable);
      const parts = shown.map(({ name, detail, since }) => `  ${name}: ${detail} (since ${since})`);
      const well = checks.every(({ ok }) => ok);
      return [`${service} on ${node}: ${well ? 'well' : 'not well'}`, ...parts];
    }),
    ...missing.map((service) => `${service}: does not answer`),
  ];
  return lines.map((line) => `${visibleLine(line)}\n`).join('');
}
