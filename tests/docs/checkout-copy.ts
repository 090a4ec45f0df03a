import { spawn } from 'node:child_process';
import { appendFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../support/nats.ts';
import { environment, finished } from '../support/system.ts';
import type { FileBlock } from './page-blocks.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Shared with the copy: what is installed and fetched, which nothing here changes. */
const SHARED = ['node_modules', '.cache'];

const LEFT_OUT = ['.git', 'dist', 'coverage', '.orchestrator', ...SHARED];

/** A copy of this checkout, to be changed. */
export class CheckoutCopy {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(t: ExecutionContext): Promise<CheckoutCopy> {
    const root = await temporaryFolder(t);
    const names = (await readdir(ROOT)).filter((name) => !LEFT_OUT.includes(name));
    for (const name of names) {
      await cp(join(ROOT, name), join(root, name), { recursive: true });
    }
    for (const name of SHARED) await symlink(join(ROOT, name), join(root, name));
    return new CheckoutCopy(root);
  }

  /** Writes a file of a page; where there is one already, the lines come behind it. */
  async add({ path, content }: FileBlock): Promise<void> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: 'wx' }).catch(() => appendFile(file, content));
  }

  /** Runs a program of the packages in the copy, to its end. */
  run(program: string, args: readonly string[], own: Record<string, string> = {}) {
    const { NODE_V8_COVERAGE: _, ...env } = environment(join(this.root, '.orchestrator'), own);
    const file = join(this.root, 'node_modules', '.bin', program);
    const child = spawn(file, args, { cwd: this.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return finished(child);
  }

  /** As `run`; throws, with what it printed, where it does not end well. What it printed. */
  async runWell(program: string, args: readonly string[], own?: Record<string, string>) {
    const { code, stdout, stderr } = await this.run(program, args, own);
    if (code === 0) return stdout;
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  }
}
