import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { OrchestratorError } from '../../schemas/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The file of settings that `orchestrator init` writes: `.env` of a checkout, which Compose reads, too;
 * for an installed package one in the person's configuration. Never one of the folder in which somebody
 * happens to be: that may be a stranger's repository.
 *
 * @param root the checkout, or the folder of the package
 */
export function settingsFile(root: string, env: Environment): string {
  if (env.ORCHESTRATOR_ENV_FILE) return env.ORCHESTRATOR_ENV_FILE;
  if (existsSync(join(root, 'bootstrap', 'main.mjs'))) return join(root, '.env');
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(config, 'orchestrator', 'env');
}

/** What stands in a file of settings; nothing where it is not there. Throws ORC_SETTINGS. */
export function readSettingsFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (!existsSync(file)) return {};
    throw new OrchestratorError('ORC_SETTINGS', `Cannot read ${file}`, { cause });
  }
  const values = Object.entries(parseEnv(text));
  return Object.fromEntries(values.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** A value as both Compose and Node read it. Throws ORC_USAGE for one that neither could. */
export function quotedSetting(value: string): string {
  if (/^[\w.:/@,+*-]*$/.test(value)) return value;
  if (!/['\r\n\0]/.test(value)) return `'${value}'`;
  const what = 'A setting with a quote or of several lines cannot be written to a file';
  throw new OrchestratorError('ORC_USAGE', what);
}

/**
 * The text of a file with these settings: a line that sets one of them is replaced, its commented example
 * is made use of, and all other lines stay. An empty value takes the setting out. Pure.
 */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(settings)) {
    const line = value === '' ? `#${name}=` : `${name}=${quotedSetting(value)}`;
    const isSet = (each: string) =>
      each.startsWith(`${name}=`) || each.startsWith(`export ${name}=`);
    const place = lines.findIndex(isSet);
    const example = place >= 0 ? place : lines.findIndex((each) => each.startsWith(`#${name}=`));
    if (example < 0 && value === '') continue;
    // The last of several would count.
    lines = lines.filter((each, index) => index === example || !isSet(each));
    const at = example < 0 ? lines.length : Math.min(example, lines.length);
    lines.splice(at, example < 0 ? 0 : 1, line);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
