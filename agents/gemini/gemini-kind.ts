import type { HostedCli } from '../host/hosted-agent-factory.ts';
import { hostedKind } from '../host/hosted-kind.ts';
import { geminiLogin } from './gemini-login.ts';
import { startGemini } from './start-gemini.ts';

const KEYS = ['GEMINI_API_KEY'];
const TAKES = ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_MODEL'];

/** Google's Gemini CLI, by ACP. */
export const gemini = hostedKind({
  name: 'gemini',
  title: 'Gemini CLI',
  olderName: 'gemini-cli',
  cli: { package: '@google/gemini-cli', version: '0.61.0' },
  settings: {},
  takes: TAKES,
  models: {
    known: ['gemini-2.5-pro', 'gemini-2.5-flash'],
    begin: /^gemini-/,
    efforts: [],
  },
  login: {
    variables: KEYS,
    files: [geminiLogin.path],
    renewed: geminiLogin,
    check: {
      variable: 'GEMINI_API_KEY',
      base: 'https://generativelanguage.googleapis.com',
      baseVariable: 'GOOGLE_GEMINI_BASE_URL',
      path: '/v1beta/models',
      headers: (key) => ({ 'x-goog-api-key': key }),
    },
  },
  driver: startGemini,
  hosted: () => CLI,
});

const CLI: HostedCli = {
  // A second prompt cancels the first.
  joins: false,
  instructions: 'GEMINI.md',
  ownInstructions: '.gemini/GEMINI.md',
  takes: [...KEYS, ...TAKES],
  command: (_order, { otherwise }) => [
    'gemini',
    '--acp',
    '--skip-trust',
    ...(otherwise === 'allow' ? ['--yolo'] : []),
  ],
  environment: () => ({
    // One process, which obeys signals.
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    GEMINI_TELEMETRY_ENABLED: 'false',
    NO_COLOR: '1',
  }),
  files: ({ model }, { GEMINI_API_KEY, GEMINI_MODEL }) => [
    {
      path: '.gemini/settings.json',
      content: JSON.stringify({
        security: {
          auth: { selectedType: GEMINI_API_KEY ? 'gemini-api-key' : 'oauth-personal' },
          folderTrust: { enabled: false },
        },
        general: {
          enableAutoUpdate: false,
          enableAutoUpdateNotification: false,
          // Its ten attempts would keep a person waiting for minutes before they hear of a limit.
          maxAttempts: 4,
          // With a recording in which nothing was said yet, as each load begins one, it would remove all
          // of the session (measured with 0.61.0); and after 30 days one that its agent still goes on with.
          sessionRetention: { enabled: false },
        },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        ...((model ?? GEMINI_MODEL) && { model: { name: model ?? GEMINI_MODEL } }),
      }),
    },
  ],
};
