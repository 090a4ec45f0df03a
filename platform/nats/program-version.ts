import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OrchestratorError } from '../../schemas/errors.ts';

/** The version that a nats-server program states. Throws ORC_NATS_MISSING where it states none. */
export async function programVersion(serverPath: string): Promise<string> {
  const output = await promisify(execFile)(serverPath, ['--version']).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) => {
      throw new OrchestratorError('ORC_NATS_MISSING', `${serverPath} does not run`, {
        cause: error,
      });
    },
  );
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(output)?.[1];
  if (version !== undefined) return version;
  throw new OrchestratorError('ORC_NATS_MISSING', `${serverPath} is no nats-server`);
}
