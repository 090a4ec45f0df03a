import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ensureAgents } from '../../../bootstrap/agents.mjs';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { machineEnv } from '../../../bootstrap/packages.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PINNED = join(import.meta.dirname, 'packages');
const INSTALLED = join(ROOT, '.cache', 'peers');
const CLAUDE = join(ROOT, '.cache', 'agents', 'node_modules', '.bin', 'claude');

/** The peers as they are installed. */
export interface InstalledPeers {
  /** Path of a file of a package: `openclaw/openclaw.mjs`. */
  file(path: string): string;
  version(name: string): string;
  /**
   * What a peer's programs see, a list of what they are allowed: nothing of the machine's own
   * logins. All of them run the Claude CLI that our agents run.
   */
  environment(home: string, modelUrl: string): Record<string, string>;
  versionOfClaude(): string;
}

/**
 * Installs the peers into `.cache/peers` as the lock file beside this says (1.1 GB, once), and the
 * Claude CLI that all of them run. None of their install scripts is run: npm may have less power
 * than the programs get later, in a folder of their own.
 *
 * @throws what npm said, in one line
 */
export async function installPeers(say: (line: string) => void): Promise<InstalledPeers> {
  const { env } = process;
  await ensureAgents({ root: ROOT, env, say, names: ['claude'] });
  await withFolderLock(`${INSTALLED}.lock`, () => install(say));
  // npm leaves it without the right to be run; their own wrapper gives it that at its first start.
  chmodSync(sandboxAgentBinary(), 0o755);
  return {
    file: modulePath,
    version: (name) => versionIn(modulePath(`${name}/package.json`)),
    versionOfClaude: () =>
      versionIn(join(dirname(CLAUDE), '..', '@anthropic-ai', 'claude-code', 'package.json')),
    environment: (home, modelUrl) => ({
      PATH: [
        join(INSTALLED, 'node_modules', '.bin'),
        dirname(CLAUDE),
        dirname(process.execPath),
        '/usr/bin',
        '/bin',
      ].join(':'),
      HOME: home,
      TMPDIR: home,
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'no-key',
      CLAUDE_CODE_EXECUTABLE: CLAUDE,
      // As our own agents have it (agents/claude/claude-kind.ts).
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
  };
}

/** The server itself, without the Node process that npm's wrapper of it stays. */
export const sandboxAgentBinary = (): string =>
  modulePath(`@sandbox-agent/cli-${process.platform}-${process.arch}/bin/sandbox-agent`);

const modulePath = (path: string): string => join(INSTALLED, 'node_modules', path);

async function install(say: (line: string) => void): Promise<void> {
  const lock = readFileSync(join(PINNED, 'package-lock.json'), 'utf8');
  const stamp = join(INSTALLED, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing the peers (1.1 GB, once) …');
  mkdirSync(INSTALLED, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(join(PINNED, file), join(INSTALLED, file));
  }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const bin = dirname(process.execPath);
  const env = { ...machineEnv(process.env), PATH: `${bin}:${process.env.PATH ?? ''}` };
  const done = await runProgram('npm', ['ci', ...quiet], { cwd: INSTALLED, env });
  if (!done.ok) throw new Error(`the peers cannot be installed: ${done.stderr || done.reason}`);
  writeFileSync(stamp, lock);
}

function versionIn(file: string): string {
  const { version } = createRequire(import.meta.url)(file) as { version: string };
  return version;
}
