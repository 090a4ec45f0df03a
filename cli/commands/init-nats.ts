import { dirname } from 'node:path';
import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { makeFolder } from '../../platform/files/make-folder.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { serverConfig } from '../../platform/nats/server-config.ts';
import { ensureRoutePassword, ensureTrust, shareTrust } from '../../platform/nats/trust.ts';
import { makeDataFolder } from '../../platform/service/data-folder.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import { MAX_PAYLOAD } from '../../schemas/limits.ts';
import { described, jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

const about = (flags: string) => described('init nats', flags);

export class InitNatsCommand extends Command {
  static override paths = [['init', 'nats']];
  static override usage = usageOf('init nats');

  config = Option.String('--config', { required: true, ...about('--config') });
  store = Option.String('--store', '/data', about('--store'));
  host = Option.String('--host', '127.0.0.1', about('--host'));
  port = Option.String('--port', '4222', about('--port'));
  name = Option.String('--name', about('--name'));
  route = Option.Array('--route', [], about('--route'));
  clusterPort = Option.String('--cluster-port', '6222', about('--cluster-port'));
  monitor = Option.String('--monitor', about('--monitor'));
  services = Option.Array('--services', [], about('--services'));
  spawner = Option.Array('--spawner', [], about('--spawner'));
  json = jsonOption();

  override async execute(): Promise<number> {
    const paths = dataPaths(loadSettings(this.context.env).ORCHESTRATOR_DATA_DIR);
    const monitorPort = this.monitor === undefined ? undefined : port('--monitor', this.monitor);
    const listen = { host: this.host, port: port('--port', this.port), monitorPort };
    const others = this.#others();
    await makeDataFolder(paths);
    const trust = await ensureTrust(paths.auth);
    const cluster = others && { ...others, password: await ensureRoutePassword(paths.auth) };
    const name = this.name ?? (cluster && '$NATS_SERVER_NAME');
    const places = { storeDir: this.store, maxPayload: MAX_PAYLOAD, trust };
    const text = serverConfig({ ...listen, ...places, name, cluster });
    await makeFolder(dirname(this.config));
    // A server that starts at this moment reads the old one or the new one. That of a cluster has a password.
    await replaceFile(this.config, text, { mode: cluster === undefined ? 0o644 : 0o600 });
    await shareTrust(paths.auth, { services: this.services, spawners: this.spawner });
    const account = trust.account.getPublicKey();
    const written = { config: this.config, keys: paths.auth, account };
    const said = `configuration  ${this.config}\nkeys           ${paths.auth}\naccount        ${account}\n`;
    this.context.stdout.write(this.json ? `${JSON.stringify(written)}\n` : said);
    return EXIT.done;
  }

  /** The cluster that it is one of, if any. Throws ORC_USAGE. */
  #others(): { port: number; routes: string[] } | undefined {
    if (this.name !== undefined && !isToken(this.name)) {
      throw new OrchestratorError('ORC_USAGE', `--name ${JSON.stringify(this.name)} is no name`);
    }
    if (this.route.length === 0) return undefined;
    const wrong = this.route.find((route) => !ROUTE.test(route));
    if (wrong !== undefined) {
      const what = `--route ${JSON.stringify(wrong)} is not of the form host:port`;
      throw new OrchestratorError('ORC_USAGE', what);
    }
    return { port: port('--cluster-port', this.clusterPort), routes: this.route };
  }
}

/** A host name or an IPv4 address, and a port. */
const ROUTE = /^[A-Za-z0-9.-]+:\d{1,5}$/;

function port(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new OrchestratorError('ORC_USAGE', `${option} ${JSON.stringify(text)} is no port`);
}
