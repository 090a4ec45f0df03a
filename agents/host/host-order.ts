import { z } from 'zod';

/** The order of a host, in the folder of its agent's secrets. */
export const HOST_ORDER_FILE = 'host.json';

/**
 * What an agent may do without asking: everything; or what matches one of the patterns, and for the
 * rest the person is asked (`ask`) or it is refused (`deny`).
 */
export const permissionPolicy = z.object({
  otherwise: z.enum(['allow', 'ask', 'deny']),
  /** Shell commands (`npm test*`) and tools by name (`Edit`); `*` stands for anything. */
  allowed: z.array(z.string()),
});
export type PermissionPolicy = z.infer<typeof permissionPolicy>;

/** All that a host has to know of its agent; the spawner writes it, the host reads it. */
export const hostOrder = z.object({
  /** Program and first arguments of the CLI; the host adds what its protocol needs. */
  command: z.tuple([z.string()], z.string()),
  environment: z.record(z.string(), z.string()),
  /** Environment of the CLI too; these values never reach a log or an event. */
  secrets: z.record(z.string(), z.string()),
  permissions: permissionPolicy,
  /** The agent goes on after an end; the digest is for a CLI that cannot take up its session. */
  resumes: z.object({ digest: z.string() }).optional(),
});
export type HostOrder = z.infer<typeof hostOrder>;

/** One message on a host's stdin: a JSON object a line, so that its end is never in doubt. */
export const hostMessage = z.object({ text: z.string().min(1) });

export const frameHostMessage = (text: string): string => `${JSON.stringify({ text })}\n`;

/** `allow`, `ask`, `deny`, `ask:npm test*,Edit`, `deny:…`; undefined for anything else. */
export function parsePermissionPolicy(text: string): PermissionPolicy | undefined {
  const [, otherwise, patterns] = /^(allow|ask|deny)(?::(.+))?$/s.exec(text.trim()) ?? [];
  const parsed = permissionPolicy.shape.otherwise.safeParse(otherwise);
  if (!parsed.success || (parsed.data === 'allow' && patterns !== undefined)) return undefined;
  const allowed = (patterns ?? '').split(',').map((each) => each.trim());
  return { otherwise: parsed.data, allowed: allowed.filter((each) => each !== '') };
}
