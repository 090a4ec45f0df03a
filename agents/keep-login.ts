import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../platform/files/replace-file.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import type { AgentKind } from './agent-kind.ts';

/** The most bytes of a file of a login. */
const MAX_LOGIN = 1024 * 1024;

/**
 * Puts a file of a login where agents of its kind get it, of the whole system's. Its path there.
 *
 * @param folder of all logins
 * @throws {OrchestratorError} ORC_USAGE: its content is none of a login, or the kind has no such file
 */
export async function keepLogin(
  folder: string,
  { name, title, login }: AgentKind,
  content: string,
): Promise<string> {
  const path = login?.renewed?.path ?? login?.files[0];
  if (path === undefined) throw refused(`A ${name} agent has no login that is a file`);
  if (!isJsonObject(content)) throw refused(`That is no login of ${title}: it is not JSON`);
  const file = join(folder, name, path);
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there !== content) await replaceFile(file, content, { durable: true });
  return file;
}

function isJsonObject(text: string): boolean {
  if (text.length > MAX_LOGIN) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const refused = (what: string) => new OrchestratorError('ORC_USAGE', what);
