import { z } from 'zod';
import type { HostedCli } from '../host/hosted-agent-factory.ts';
import { hostedKind } from '../host/hosted-kind.ts';

/** Factory Droid. */
export const droid = hostedKind({
  name: 'droid',
  title: 'Factory Droid',
  olderName: 'factory-droid',
  cli: { package: 'droid', version: '0.215.0' },
  settings: {
    ORCHESTRATOR_DROID_MODEL: z
      .string()
      .optional()
      .describe('The model of a `droid` agent, as its `-m` takes it (`custom:…` for your own).'),
  },
  login: {
    variables: ['FACTORY_API_KEY'],
    files: ['.factory/settings.json'],
    hint: 'own models are in the settings',
  },
  driver: async () => {
    const { DroidDriver } = await import('./droid-driver.ts');
    return (options) => new DroidDriver(options);
  },
  hosted: (own) => cli(own.ORCHESTRATOR_DROID_MODEL),
});

const cli = (model: string | undefined): HostedCli => ({
  joins: true,
  instructions: 'AGENTS.md',
  takes: ['FACTORY_API_KEY'],
  command: (_order, { otherwise }) => [
    'droid',
    ...(otherwise === 'allow' ? ['--skip-permissions-unsafe'] : []),
    ...(model === undefined ? [] : ['-m', model]),
  ],
  environment: () => ({
    FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false',
    FACTORY_DISABLE_KEYRING: 'true',
  }),
  files: () => [
    {
      path: '.factory/settings.json',
      content: JSON.stringify({ enableDroidShield: false, cloudSessionSync: false }),
    },
  ],
});
