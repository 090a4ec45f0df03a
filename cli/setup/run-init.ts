import { readFile } from 'node:fs/promises';
import { credentialsFolder } from '../../agents/agent-factories.ts';
import type { AgentKind } from '../../agents/agent-kind.ts';
import { KIND_NAMES, kindOf } from '../../agents/agent-kinds.ts';
import { keepLogin } from '../../agents/keep-login.ts';
import { modelSettingNames } from '../../agents/kind-models.ts';
import { hasLogin } from '../../agents/kind-problems.ts';
import { loadSettings, readSettings, SETTINGS } from '../../agents/load-settings.ts';
import { ownLogin } from '../../agents/own-login.ts';
import { requireKind } from '../../agents/wanted-agent.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { readSettingsFile, withSettings } from '../../platform/files/settings-file.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isSecretSetting, settingProblemsLine } from '../../schemas/settings.ts';
import { type Asker, askYes } from './asker.ts';
import { BotApi } from './bot-api.ts';
import { checkKey } from './check-key.ts';
import { loginWarning } from './login-warning.ts';
import { pair, requireIds } from './pair.ts';

export interface InitOptions {
  agent?: string | undefined;
  model?: string | undefined;
  permissions?: string | undefined;
  runtime?: string | undefined;
  allow?: string | undefined;
  /** Other settings, `NAME=value`. */
  set?: readonly string[];
  /** Where the settings are written. */
  file: string;
  timeoutMs: number;
  env: Readonly<Record<string, string | undefined>>;
  /** Undefined: nobody is there to be asked. */
  asker: Asker | undefined;
  say: (line: string) => void;
}

type Chosen = Record<string, string>;

const TOKEN = 'TELEGRAM_BOT_TOKEN';
const ALLOWED = 'TELEGRAM_ALLOWED_USERS';

/**
 * Asks, or takes from options and environment, what a system needs; checks each, and writes the file of
 * settings whole at the end: a mistake in the middle changes nothing. What was set before is the default.
 */
export async function runInit(options: InitOptions): Promise<void> {
  const { file, say } = options;
  const before = readSettingsFile(file);
  const env = { ...before, ...options.env };
  const kind = await chosenKind(options, env);
  const chosen: Chosen = { ORCHESTRATOR_AGENT: kind.name, ...(await ofKind(kind, options, env)) };
  Object.assign(chosen, await chosenRuntime(options, env), otherSettings(options.set ?? []));
  Object.assign(chosen, await chosenLogin(kind, options, { ...env, ...chosen }));
  Object.assign(chosen, await chosenBot(options, env));
  const result = readSettings({ ...env, ...chosen });
  if (!result.ok) throw new OrchestratorError('ORC_SETTINGS', settingProblemsLine(result.problems));
  const text = await readFile(file, 'utf8').catch(() => '');
  await replaceFile(file, withSettings(text, chosen), { mode: 0o600, durable: true });
  say(`${file} is written (${Object.keys(chosen).join(', ')}); only you can read it`);
}

async function chosenKind({ agent, asker }: InitOptions, env: Chosen | InitOptions['env']) {
  const fallback = env.ORCHESTRATOR_AGENT || 'demo';
  const names = KIND_NAMES.join(', ');
  const name = agent ?? (asker ? await asker.ask(`Kind of agent (${names})`, fallback) : fallback);
  requireKind(name, '--agent');
  // Just looked up.
  return kindOf(name) as AgentKind;
}

async function ofKind(
  kind: AgentKind,
  { model, permissions, asker }: InitOptions,
  env: InitOptions['env'],
): Promise<Chosen> {
  const chosen: Chosen = {};
  if (model !== undefined) {
    if (kind.models === undefined) throw unfit('--model', kind);
    chosen[modelSettingNames(kind.name).model] = model;
  }
  const policy = `ORCHESTRATOR_${kind.name.toUpperCase()}_PERMISSIONS`;
  if (permissions !== undefined) {
    if (!(policy in kind.settings)) throw unfit('--permissions', kind);
    chosen[policy] = permissions;
  }
  if (asker && kind.wants && kind.wants in kind.settings && !env[kind.wants]) {
    chosen[kind.wants] = await asker.ask(`Its command line (${kind.wants})`);
  }
  return chosen;
}

const unfit = (option: string, { name }: AgentKind) =>
  new OrchestratorError('ORC_USAGE', `${option} is nothing that a ${name} agent has`);

/** Of the settings that there are; a secret is none of a command line, which everybody may read. */
function otherSettings(given: readonly string[]): Chosen {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = '', value = ''] = /^([A-Z_]+)=(.*)$/s.exec(text) ?? [];
      if (Object.hasOwn(SETTINGS, name) && !isSecretSetting(name)) return [name, value];
      const what = `--set ${JSON.stringify(text)}: NAME=value of docs/settings.md, no secret`;
      throw new OrchestratorError('ORC_USAGE', what);
    }),
  );
}

async function chosenRuntime({ runtime, asker }: InitOptions, env: InitOptions['env']) {
  const fallback = env.ORCHESTRATOR_RUNTIME || 'auto';
  const question = 'Where agents run: docker (a container each), local (as you), auto';
  const chosen = runtime ?? (asker ? await asker.ask(question, fallback) : undefined);
  return chosen === undefined ? {} : { ORCHESTRATOR_RUNTIME: chosen };
}

/** A key that its provider takes, or a login of the CLI's own; nothing where there is one already. */
async function chosenLogin(
  kind: AgentKind,
  { asker, say }: InitOptions,
  env: InitOptions['env'],
): Promise<Chosen> {
  const { login, title } = kind;
  if (login === undefined) return {};
  const given = login.variables.filter((name) => env[name]);
  if (given.length === 0) {
    const read = readSettings(env);
    const settings = read.ok ? read.settings : loadSettings({});
    if (await hasLogin(kind, { settings, environment: env })) return {};
    const own = await ownLogin(kind, env);
    if (asker && own !== undefined) {
      const question = `${title} on this machine is logged in (${own}). Shall agents use a copy?`;
      if (await askYes(asker, question, false)) {
        await keepLogin(credentialsFolder(settings), kind, await readFile(own, 'utf8'));
        say(loginWarning(kind));
        return {};
      }
    }
  }
  const [first = ''] = login.variables;
  const name = given[0] ?? first;
  const asked = asker && given.length === 0 ? await asker.askSecret(`${name} (empty: later)`) : '';
  const value = env[name] || asked;
  if (value === '') {
    say(`There is no login for ${title} yet: set ${login.variables.join(' or ')}`);
    return {};
  }
  if (login.check?.variable === name) {
    const state = await checkKey(login.check, { ...env, [name]: value });
    if (state.is === 'refused') {
      throw new OrchestratorError('ORC_LOGIN', `${name}: ${state.why}`);
    }
    say(state.is === 'good' ? `${name} is taken` : `${name} could not be checked: ${state.why}`);
  }
  return { [name]: value };
}

/** The bot's token, which Telegram knows, and who may talk to it. */
async function chosenBot(
  { allow, asker, say, timeoutMs }: InitOptions,
  env: InitOptions['env'],
): Promise<Chosen> {
  const asked = async () => {
    const question = 'Token of a Telegram bot, from @BotFather (empty: no bot)';
    return asker && !env[TOKEN] ? asker.askSecret(question) : '';
  };
  const token = env[TOKEN] || (await asked());
  if (token === '') {
    if (allow !== undefined) {
      throw new OrchestratorError('ORC_USAGE', `--allow wants a bot: set ${TOKEN}`);
    }
    return {};
  }
  const api = new BotApi(token, env.TELEGRAM_API_ROOT || undefined);
  const { username = 'it' } = await api.me();
  say(`the bot is @${username} (https://t.me/${username})`);
  if (allow !== undefined) return { [TOKEN]: token, [ALLOWED]: requireIds(allow) };
  if (env[ALLOWED]) return { [TOKEN]: token, [ALLOWED]: env[ALLOWED] };
  if (asker === undefined) {
    say(`nobody may talk to the bot yet: --allow <your Telegram id>`);
    return { [TOKEN]: token };
  }
  say(`Write to @${username} from your phone now; anything.`);
  const id = await pair({ api, asker, timeoutMs });
  if (id === undefined) say('nobody was paired; call this again, or set TELEGRAM_ALLOWED_USERS');
  return { [TOKEN]: token, ...(id !== undefined && { [ALLOWED]: id }) };
}
