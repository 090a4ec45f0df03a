import { z } from 'zod';
import { parsePermissionPolicy } from './host-order.ts';

/** `ORCHESTRATOR_<KIND>_PERMISSIONS`. */
export const permissionSetting = (kind: string) =>
  z
    .string()
    .default('allow')
    .transform((text, context) => {
      const policy = parsePermissionPolicy(text);
      if (policy !== undefined) return policy;
      const message = 'allow, ask, deny, ask:<patterns> or deny:<patterns>';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .describe(
      `What a \`${kind}\` agent may do unasked: \`allow\` (everything), \`ask\` (the user is asked), \`deny\`; \`ask:\` or \`deny:\` with patterns separated by commas (\`ask:npm test*,Edit\`) allows those and treats the rest so.`,
    );
