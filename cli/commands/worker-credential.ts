import { Option } from 'clipanion';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { readAgentKeys } from '../../platform/nats/trust.ts';
import { mintWorkerCredentials } from '../../platform/nats/worker-credentials.ts';
import { WorkerRegister } from '../../platform/nats/worker-register.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemTools } from '../../platform/service/system-tools.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { derivedId, newId } from '../../schemas/ids.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class WorkerCredentialCommand extends OperatorCommand {
  static override paths = [['worker', 'credential']];
  static override usage = usageOf('worker credential');

  tool = Option.String({ required: true });
  file = Option.String({ required: true });
  ttl = Option.String('--ttl', '2160h', described('worker credential', '--ttl'));

  protected async work({ settings, connection }: OperatorContext): Promise<undefined> {
    const { tool, file } = this;
    const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
    const { tools } = await systemTools(settings, paths);
    const declared = tools.find(({ name }) => name === tool);
    if (declared?.executor.kind !== 'nats') {
      throw new OrchestratorError('ORC_USAGE', `There is no tool ${tool} with workers (nats)`);
    }
    const keys = await readAgentKeys(paths.auth);
    if (keys === undefined) {
      throw new OrchestratorError('ORC_USAGE', `The keys for credentials are not in ${paths.auth}`);
    }
    const createdAt = new Date();
    const expiresAt = new Date(createdAt.getTime() + durationOption('--ttl', this.ttl));
    const workerId = derivedId('worker-', newId('worker'));
    const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
    // What is not known cannot be revoked: so first this.
    await (await WorkerRegister.open(connection)).write(workerId, { tool, ...times });
    const grant = { workerId, tool, expiresAt };
    await replaceFile(file, await mintWorkerCredentials(keys.agentsSeed, grant), { durable: true });
    const written = { worker: workerId, tool, file, expiresAt: times.expiresAt };
    this.print(written, `${workerId} for ${tool}, until ${times.expiresAt}: ${file}\n`);
  }
}
