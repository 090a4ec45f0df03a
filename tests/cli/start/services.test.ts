import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { mainOf, systemServices } from '../../../cli/start/services.ts';
import { projectRoot } from '../../../platform/files/project-root.ts';

test('sources start the sources of every service that the settings ask for', (t) => {
  const names = (environment: NodeJS.ProcessEnv) =>
    systemServices(environment).map(({ name }) => name);
  t.deepEqual(names({}), ['projections', 'spawner']);
  const all = { ORCHESTRATOR_REDIS_URL: 'redis://x', TELEGRAM_BOT_TOKEN: '1:x' };
  t.deepEqual(names(all), ['projections', 'spawner', 'redis', 'bot']);
  for (const { main } of systemServices(all)) t.true(existsSync(main) && main.endsWith('.ts'));
});

test('a bundle starts bundles', (t) => {
  const dist = join(projectRoot(), 'dist');
  t.is(mainOf('spawner', dist), join(dist, 'spawner.cjs'));
});
