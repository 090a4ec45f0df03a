import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'clipanion';
import { credentialsFolder } from '../../agents/agent-factories.ts';
import { AGENT_KINDS, kindOf } from '../../agents/agent-kinds.ts';
import { keepLogin } from '../../agents/keep-login.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import { ownLogin } from '../../agents/own-login.ts';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import { described, jsonOption } from '../options.ts';
import { loginWarning } from '../setup/login-warning.ts';
import { usageOf } from '../usage.ts';

export class LoginCommand extends Command {
  static override paths = [['login']];
  static override usage = usageOf('login');

  kind = Option.String({ name: 'kind' });
  file = Option.String('--file', described('login', '--file'));
  json = jsonOption();

  override async execute(): Promise<number> {
    const { env, stdout, stderr } = this.context;
    const kind = kindOf(this.kind);
    if (kind?.login === undefined) {
      const kinds = AGENT_KINDS.filter(({ login }) => login).map(({ name }) => name);
      const what = `${JSON.stringify(this.kind)} is none of ${kinds.join(', ')}`;
      throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
    }
    const own = this.file === undefined ? await ownLogin(kind, env) : undefined;
    const from = this.file ?? own;
    if (from === undefined) {
      const { variables } = kind.login;
      throw new OrchestratorError('ORC_LOGIN', `${kind.title} is not logged in here by a file`, {
        cure: `Log in with \`${kind.name}\`, name the file (--file), or set ${variables.join(' or ')}.`,
      });
    }
    const content = from === '-' ? await text(this.context.stdin) : await contentOf(from);
    const file = await keepLogin(credentialsFolder(loadSettings(env)), kind, content);
    stdout.write(this.json ? `${JSON.stringify({ kind: kind.name, file })}\n` : `${file}\n`);
    if (own !== undefined) stderr.write(`${loginWarning(kind)}\n`);
    return EXIT.done;
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OrchestratorError('ORC_FILE', `Cannot read ${file}`, { cause });
  }
}
