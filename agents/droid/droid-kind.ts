import type { HostedCli } from '../host/hosted-agent-factory.ts';
import { hostedKind } from '../host/hosted-kind.ts';

/** Factory Droid. */
export const droid = hostedKind({
  name: 'droid',
  title: 'Factory Droid',
  olderName: 'factory-droid',
  cli: { package: 'droid', version: '0.215.0' },
  settings: {},
  models: {
    known: ['claude-opus-4-6', 'claude-sonnet-4-6', 'gpt-5.4'],
    begin: /^(custom:|claude-|gpt-|gemini-|glm-|kimi-)/,
    efforts: ['off', 'low', 'medium', 'high'],
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
  hosted: () => CLI,
});

const CLI: HostedCli = {
  joins: true,
  instructions: 'AGENTS.md',
  ownInstructions: '.factory/AGENTS.md',
  takes: ['FACTORY_API_KEY'],
  command: ({ model, effort }, { otherwise }) => [
    'droid',
    ...(otherwise === 'allow' ? ['--skip-permissions-unsafe'] : []),
    ...(model === undefined ? [] : ['-m', model]),
    ...(effort === undefined ? [] : ['-r', effort]),
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
};
