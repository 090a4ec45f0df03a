import type { HostedCli } from '../host/hosted-agent-factory.ts';

/** Factory Droid. `model`: what its `-m` takes; unset: its own choice. */
export const droidCli = (model: string | undefined): HostedCli => ({
  kind: 'droid',
  joins: true,
  instructions: 'AGENTS.md',
  takes: ['FACTORY_API_KEY'],
  command: () => ['droid', ...(model === undefined ? [] : ['-m', model])],
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
