import '../start/few-parses.ts';

import { Command, Option } from 'clipanion';
import { loadSettings } from '../../agents/load-settings.ts';
import { requireKind } from '../../agents/wanted-agent.ts';
import { projectOfFolder } from '../operator/project-of-folder.ts';
import { described } from '../options.ts';
import { inputKind } from '../start/input-kind.ts';
import { projectFolder, withRoot } from '../start/project-folder.ts';
import { runStart } from '../start/run-start.ts';
import { systemServices } from '../start/services.ts';
import { usageOf } from '../usage.ts';

export class StartCommand extends Command {
  static override paths = [['start']];
  static override usage = usageOf('start');

  keepAgents = Option.Boolean('--keep-agents', false, described('start', '--keep-agents'));

  agent = Option.String('--agent', described('start', '--agent'));
  project = Option.String('--project', described('start', '--project'));

  override async execute(): Promise<number> {
    const { stdin, stdout, stderr } = this.context;
    const kind = inputKind(0);
    if (this.agent !== undefined) requireKind(this.agent, '--agent');
    const given = this.context.env;
    const project =
      this.project === undefined ? undefined : await projectFolder(this.project, given);
    const env = {
      ...given,
      ...(this.agent !== undefined && { ORCHESTRATOR_AGENT: this.agent }),
      ...(project !== undefined && {
        ORCHESTRATOR_PROJECT_ROOTS: withRoot(given.ORCHESTRATOR_PROJECT_ROOTS, project),
      }),
    };
    if (kind === 'terminal') {
      const { offerLogin } = await import('../start/offer-login.ts');
      const { terminalAsker } = await import('../setup/asker.ts');
      await offerLogin(loadSettings(env), env, terminalAsker(stdin, stderr));
    }
    return runStart({
      environment: env,
      keepAgents: this.keepAgents,
      ...(project !== undefined && { project: (talk) => projectOfFolder(talk, project) }),
      inputKind: kind,
      stdin,
      stdout,
      stderr,
      services: systemServices(env),
    });
  }
}
