import { z } from 'zod';
import { isVisible, NOT_VISIBLE } from './visible-text.ts';

const line = z.string().min(1).max(200).refine(isVisible, NOT_VISIBLE);

/** Where ssh goes; nothing in it that ssh would take for an option. */
const target = line.regex(
  /^(?!-)[A-Za-z0-9_.-]+@(?!-)[A-Za-z0-9_.:[\]-]+$/,
  'a target of ssh, `user@host`',
);

/** An entry of `servers.json`: a server that operators let agents work on. */
const server = z.strictObject({
  id: z.string().regex(/^srv_[A-Za-z0-9_-]{1,60}$/, 'an id that begins with `srv_`'),
  name: line,
  ssh: target,
  port: z.int().min(1).max(65_535).optional(),
  /** File of the private key, beside `servers.json` where it is relative: by reference, in no event. */
  key: z.string().min(1),
  /** File of the hosts that are known, as ssh has them; without, the key of a host is kept when it is first met. */
  knownHosts: z.string().min(1).optional(),
});
export type ServerDeclaration = z.infer<typeof server>;

export const serverDeclarations = z
  .array(server)
  .refine(
    (all) => new Set(all.map(({ id }) => id)).size === all.length,
    'an id stands there twice',
  );
