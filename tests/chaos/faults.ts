import { setTimeout as delay } from 'node:timers/promises';
import { docker } from '../support/docker/docker-cli.ts';
import type { PrivateEngine } from '../support/docker/private-engine.ts';
import type { TestSystem } from '../support/system.ts';
import type { Conversation } from './conversation.ts';
import { killNats, killService } from './kill-service.ts';

export const FAULTS = [
  'kill -9 of the spawner',
  'kill -9 of the projections',
  'kill -9 of nats-server',
  'restart of the Docker daemon',
  'kill -9 of the Docker daemon',
  'docker kill of an agent',
] as const;

export type Fault = (typeof FAULTS)[number];

export interface Scene {
  system: TestSystem;
  engine: PrivateEngine;
  conversation: Conversation;
  agents: number;
  /** A whole number from 0 to below `limit`. */
  next: (limit: number) => number;
}

/** How long the Docker daemon stays away, at most. */
const AWAY_MS = 1500;

/** Lets it happen; what is supervised comes back by itself, the Docker daemon here. */
export async function happen(fault: Fault, scene: Scene): Promise<void> {
  const { system, engine, next } = scene;
  switch (fault) {
    case 'kill -9 of the spawner':
      return killService(system, 'spawner');
    case 'kill -9 of the projections':
      return killService(system, 'projections');
    case 'kill -9 of nats-server':
      return killNats(system);
    case 'restart of the Docker daemon':
      await engine.stop('SIGTERM');
      await delay(next(AWAY_MS));
      return engine.start();
    case 'kill -9 of the Docker daemon':
      await engine.stop('SIGKILL');
      await delay(next(AWAY_MS));
      return engine.start();
    case 'docker kill of an agent':
      return killAgent(scene);
  }
}

/** The agent of a random place dies; its user gets another one. */
async function killAgent({ engine, conversation, agents, next }: Scene): Promise<void> {
  const place = next(agents);
  const victim = conversation.at(place);
  await docker(engine, ['kill', victim.agentId]);
  victim.killed = true;
  await conversation.fact(victim, 'process.exited');
  await conversation.create(place);
}
