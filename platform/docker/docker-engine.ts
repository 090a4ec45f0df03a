import Docker from 'dockerode';
import { EngineAgent } from './engine-agent.ts';

const SOCKET = 'unix:///var/run/docker.sock';

/**
 * A client of the engine that ORCHESTRATOR_DOCKER_HOST names, the machine's own without one. Nothing
 * is connected yet.
 */
export function dockerEngine(host: string = SOCKET): Docker {
  const { protocol, hostname, port, pathname } = new URL(host);
  const docker =
    protocol === 'unix:'
      ? new Docker({ socketPath: pathname })
      : new Docker({ protocol: 'http', host: hostname, port: port || '2375' });
  Object.assign(docker.modem, { agent: new EngineAgent() });
  return docker;
}
