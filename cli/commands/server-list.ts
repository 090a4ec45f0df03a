import { Command } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { readServers } from '../../platform/service/server-file.ts';
import { jsonOption } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ServerListCommand extends Command {
  static override paths = [['server', 'list']];
  static override usage = usageOf('server list');

  json = jsonOption();

  override async execute(): Promise<void> {
    const { env, stdout } = this.context;
    const paths = dataPaths(loadSettings(env).ORCHESTRATOR_DATA_DIR);
    const servers = await readServers(paths.servers);
    const rows = servers.map(({ id, name, ssh, port }) => [
      id,
      name,
      port === undefined ? ssh : `${ssh}:${port}`,
    ]);
    const table = textTable(['server', 'name', 'ssh'], rows);
    stdout.write(this.json ? `${JSON.stringify(servers)}\n` : table);
  }
}
