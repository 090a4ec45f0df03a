import { newEvent } from '../../../schemas/new-event.ts';
import { random } from '../random.ts';
import { Bot } from './bot.ts';
import { Workers } from './jobs.ts';
import { Owners } from './owner.ts';
import { People } from './people.ts';
import { type Dice, World } from './world.ts';

const AGENTS = 24;

export interface DayOptions {
  seed: number;
  /** How many events it has. */
  events: number;
}

/**
 * A day of a whole system, made up by a seed: agents of all kinds, their people, three spawners that crash, jobs, and a
 * chat that does not always take what is brought. What happens outside is thrown with dice; whatever is decided
 * is decided by the code of the services. The same seed gives the same log, to the byte.
 */
export function recordedDay({ seed, events }: DayOptions): World {
  const world = new World(diceOf(seed));
  const owners = new Owners(world);
  const workers = new Workers(world, owners.nodes);
  new Bot(world);
  const people = new People(world, owners);
  const shop = { name: 'shop', owner: { channel: 'telegram', userId: '101' } };
  const meta = {
    id: 'project.created:proj_000000000001',
    source: 'orchestrator/test',
    now: world.date,
  };
  world.append([newEvent('project.created', { projectId: 'proj_000000000001' }, shop, meta)]);
  for (let number = 0; number < AGENTS; number += 1) {
    world.after(number * 1_000, () => people.create(number));
  }
  const crash = () => {
    const { dice } = world;
    world.after(dice.between(300_000, 1_800_000), () => {
      const node = dice.one(owners.nodes.filter(({ isUp }) => isUp));
      if (owners.nodes.filter(({ isUp }) => isUp).length > 1) {
        owners.crash(node, dice.between(1_000, 60_000));
        world.after(61_000, () => {
          for (const jobId of world.system.jobs.keys()) workers.wake(jobId);
        });
      }
      crash();
    });
  };
  crash();
  world.run(events);
  return world;
}

function diceOf(seed: number): Dice {
  const { next } = random(seed);
  const between = (from: number, to: number) => from + next(to - from + 1);
  return {
    between,
    chance: (percent) => next(100) < percent,
    one: <T>(of: readonly T[]): T => {
      const chosen = of[next(of.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
  };
}
