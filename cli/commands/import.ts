import { createReadStream } from 'node:fs';
import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { wantedAgent } from '../../agents/wanted-agent.ts';
import { branchOf } from '../../core/domain/project/project.ts';
import { importAnew } from '../../core/export/import-anew.ts';
import { importSystem } from '../../core/export/import-system.ts';
import { allImported } from '../../core/export/imported-agent.ts';
import { livesInExport } from '../../core/export/lives-in-export.ts';
import { verifyExport } from '../../core/export/verify-export.ts';
import { connectLog } from '../../core/log/connection.ts';
import { foldVersion } from '../../core/projection/fold-version.ts';
import { BringBeside } from '../../platform/export/bring-beside.ts';
import { ownGit } from '../../platform/export/own-export.ts';
import { isFileThere } from '../../platform/files/is-file-there.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { lockFolder } from '../../platform/service/folder-lock.ts';
import { createLogger } from '../../platform/service/logger.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { exportLine } from '../operator/export-line.ts';
import { withSystem } from '../operator/operator-context.ts';
import { requireNoService } from '../operator/require-no-service.ts';
import { described, jsonOption, personOption } from '../options.ts';
import { startNats } from '../start/start-nats.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ImportCommand extends Command {
  static override paths = [['import']];
  static override usage = usageOf('import');

  json = jsonOption();
  newIds = Option.Boolean('--new-ids', false, described('import', '--new-ids'));
  owner = Option.String('--owner', described('import', '--owner'));
  file = Option.String({ name: 'file' });

  override async execute(): Promise<number> {
    const { file } = this;
    if (!(await isFileThere(file))) throw new OrchestratorError('ORC_FILE', `${file} is no file`);
    if (this.newIds) return this.#anew();
    if (this.owner !== undefined) {
      throw new OrchestratorError(
        'ORC_USAGE',
        '--owner is for --new-ids: others keep their owners',
      );
    }
    const settings = loadSettings(this.context.env);
    const { manifest, state } = await verifyExport(createReadStream(file), await foldVersion());
    const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
    await using stack = new AsyncDisposableStack();
    const lock = await lockFolder(paths);
    stack.defer(() => lock.release());
    const logger = createLogger('import', 'silent');
    const { address, connection } = await startNats(settings, paths, logger, stack);
    await requireNoService(connection.nc, 'ORC_NOT_EMPTY', 'the import is done');
    const look = async () => {
      const other = await connectLog({ ...address, name: 'orchestrator/import', timeoutMs: 5_000 });
      stack.defer(() => other.close());
      return other;
    };
    const branch = (projectId: string) => {
      const project = state.projects.get(projectId);
      return project === undefined ? 'main' : branchOf(project);
    };
    const beside = new BringBeside(paths, manifest, ownGit, branch);
    await importSystem({ connection, look, manifest, bytes: createReadStream(file), beside });
    const agents = allImported(state, manifest.sessions);
    const rows = agents.map(({ agentId, name, kind, goesOn }) => [agentId, name, kind, goesOn]);
    const table =
      rows.length === 0 ? '' : `\n${textTable(['agent', 'name', 'kind', 'goes on'], rows)}`;
    const { parts: _, ...shown } = manifest;
    this.context.stdout.write(
      this.json
        ? `${JSON.stringify({ file, ...shown, agents })}\n`
        : `${exportLine(file, manifest)}\n${table}`,
    );
    return 0;
  }

  async #anew(): Promise<number> {
    const { file } = this;
    const owner = this.owner === undefined ? undefined : personOption('--owner', this.owner);
    const { manifest } = await verifyExport(createReadStream(file), await foldVersion());
    if (manifest.redacted) {
      throw new OrchestratorError('ORC_USAGE', `${file} has stand-ins for what was said`, {
        cure: 'Export without --redact.',
      });
    }
    const lives = await livesInExport(createReadStream(file));
    const agents = await withSystem(this.context.env, SYSTEM_MS, ({ settings, log, views }) =>
      importAnew(lives, manifest.stateHash, {
        log,
        views,
        owner,
        timeoutMs: SYSTEM_MS,
        complete: (wish) => wantedAgent(settings, wish, (what) => `its ${what}`),
      }),
    );
    const rows = agents.map(({ exported, agentId = '', name, kind, messages, why }) => [
      ...[exported, agentId, name, kind],
      why === undefined ? `a digest of ${messages} messages` : `not taken: ${why}`,
    ]);
    const table = textTable(['was', 'agent', 'name', 'kind', 'knows'], rows);
    this.context.stdout.write(
      this.json ? `${JSON.stringify({ file, stateHash: manifest.stateHash, agents })}\n` : table,
    );
    return 0;
  }
}

/** How long the running system may take to answer. */
const SYSTEM_MS = 10_000;
