import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { type BaseImages, baseImages } from '../support/docker/base-images.ts';
import { compose } from '../support/docker/compose.ts';
import { type DockerEngine, docker, dockerEnvironment } from '../support/docker/docker-cli.ts';
import { type Finished, finished } from '../support/system.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A clean clone of what is committed, and Compose in it: a project and a network of its own. */
export class ComposeClone {
  readonly folder: string;
  readonly project: string;
  readonly #engine: DockerEngine;
  readonly #command: readonly [string, ...string[]];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(
    engine: DockerEngine,
    command: readonly [string, ...string[]],
    folder: string,
    images: BaseImages & { [name: string]: string },
  ) {
    this.#engine = engine;
    this.#command = command;
    this.folder = folder;
    this.project = `orchestrator-test-${process.pid}`;
    this.#env = {
      ...dockerEnvironment(engine),
      COMPOSE_PROJECT_NAME: this.project,
      // The engine chooses.
      NATS_PORT: '0',
      HTTP_PORT: '0',
      ORCHESTRATOR_AGENT_NETWORK: this.network,
      ORCHESTRATOR_IMAGE: 'orchestrator:test-compose',
      ORCHESTRATOR_WORKER_IMAGE: 'orchestrator-worker:test-compose',
      ...images,
    };
  }

  get network(): string {
    return `${this.project}-agents`;
  }

  /** `built`: images that are there, in the place of those that Compose would build. */
  static async make(
    engine: DockerEngine,
    built: Record<string, string> = {},
  ): Promise<ComposeClone> {
    const images = await baseImages(engine);
    const command = await compose();
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-clone-'));
    const cloned = await runProgram('git', ['clone', '--quiet', ROOT, folder]);
    if (!cloned.ok) throw new Error(`git clone: ${cloned.stderr}`);
    return new ComposeClone(engine, command, folder, { ...images, ...built });
  }

  /** Runs `docker compose <args>` to its end. */
  run(args: readonly string[], input?: string): Promise<Finished> {
    const [program, ...first] = this.#command;
    const child = spawn(program, [...first, ...args], {
      cwd: this.folder,
      env: this.#env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(input);
    return finished(child);
  }

  docker(...args: string[]): Promise<string> {
    return docker(this.#engine, args);
  }

  /** `host:port` by which a service's port is found on this machine. */
  async address(service: string, port: number): Promise<string> {
    const { stdout, stderr } = await this.run(['port', service, String(port)]);
    if (stdout === '') throw new Error(`${service} has no port here: ${stderr}`);
    return stdout.trim();
  }

  /** The containers of agents that run, by id of the agent. */
  async agents(): Promise<string[]> {
    const filter = `network=${this.network}`;
    const names = await this.docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
    return names.split('\n').filter((name) => name.startsWith('agent-'));
  }

  /** Everything of it: agents, containers, volumes, networks, the clone. */
  async remove(): Promise<void> {
    const agents = await this.agents();
    const of = (...roles: string[]) => agents.flatMap((id) => roles.map((role) => `${id}${role}`));
    if (agents.length > 0) {
      await this.docker('rm', '--force', ...of('', '-mailbox'));
      await this.docker('volume', 'rm', '--force', ...of('-home', '-mailbox'));
    }
    // Nobody wants them to end gently any more.
    await this.run(['--profile', '*', 'down', '--volumes', '--timeout', '0']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
