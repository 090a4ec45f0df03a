import packageJson from '../../package.json' with { type: 'json' };
import type { Settings } from '../../schemas/settings.ts';
import { Git } from '../git/git.ts';
import { dataPaths } from '../service/data-paths.ts';
import { BesideLog } from './beside-log.ts';

/** The versions of the programs that an export is made by. */
export const ownPrograms = (natsServer: string | undefined, fold: string) => ({
  orchestrator: packageJson.version,
  node: process.versions.node,
  natsServer: natsServer ?? 'unknown',
  fold,
});

/** What is beside the log in the data folder of the settings. */
export const besideLog = (settings: Pick<Settings, 'ORCHESTRATOR_DATA_DIR'>): BesideLog =>
  new BesideLog(dataPaths(settings.ORCHESTRATOR_DATA_DIR), ownGit);

/** The git of this process, with an empty folder as its home. */
export const ownGit = (home: string): Git => new Git({ searchPath: process.env.PATH ?? '', home });
