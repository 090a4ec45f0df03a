/** What everybody may know of the kinds of agents: names, settings, what a new one is to be. */
const KINDS = 'agents/(agent-kinds|agent-wish|kind-models|load-settings|wanted-agent).ts';

/** What the bot takes of Telegram: two tables, of which a page is made. */
const HEARD = 'bot/(polling/update-kinds|incoming/message-content).ts';

/**
 * Which folder may import which. `docs/decisions/0050-rooms.md` says why.
 *
 * @type {Record<string, { may: string[] }>}
 */
const ROOMS = {
  schemas: { may: [] },
  // The small asynchronous parts stand below everything; nothing else of platform/ does.
  core: { may: ['schemas', 'platform/async'] },
  platform: { may: ['schemas', 'core/log'] },
  agents: { may: ['schemas', 'core', 'platform'] },
  spawner: { may: ['schemas', 'core', 'platform', 'agents'] },
  projections: { may: ['schemas', 'core', 'platform', KINDS] },
  bot: { may: ['schemas', 'core', 'platform', KINDS] },
  cli: { may: ['schemas', 'core', 'platform', 'agents', 'bootstrap'] },
  bootstrap: { may: [] },
  docs: { may: ['schemas', 'agents', HEARD] },
  images: { may: ['bootstrap'] },
};

const ALL = [...Object.keys(ROOMS), 'tests'].join('|');

const arrows = Object.entries(ROOMS).map(([room, { may }]) => ({
  name: `${room}-arrows`,
  comment: `${room}/ imports ${may.length === 0 ? 'nothing of ours' : `${may.join(', ')} only`}.`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: `^(${ALL})/`, pathNot: `^(${[room, ...may].join('|')})(/|$)` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'async-arrows',
      comment: 'platform/async/ imports nothing of ours: core/ stands on it.',
      severity: 'error',
      from: { path: '^platform/async/' },
      to: { path: `^(${ALL})/`, pathNot: '^platform/async/' },
    },
    {
      name: 'file-cycles',
      comment: 'Each needs the other to have run first; move what both need below both.',
      severity: 'error',
      from: {},
      // Inside of a folder a type may be known both ways.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'folder-cycles',
      comment: 'Two folders that import each other are one: move what both need below both.',
      severity: 'error',
      scope: 'folder',
      from: { pathNot: '^tests' },
      to: { circular: true },
    },
    {
      name: 'bootstrap-packages',
      comment: 'The bootstrap runs before there are packages; esbuild is loaded when it bundles.',
      severity: 'error',
      from: { path: '^bootstrap/' },
      to: { dependencyTypesNot: ['core', 'local', 'dynamic-import'] },
    },
    {
      name: 'unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Types count: what knows a type of another folder knows that folder.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
