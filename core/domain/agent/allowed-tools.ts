/** Tools by name; undefined: all of them. */
export type AllowedTools = readonly string[] | undefined;

/** What one agent may use: no more than the system allows, and no more than its own `create` did. */
export function allowedTools(ofSystem: AllowedTools, ofAgent: AllowedTools): AllowedTools {
  if (ofSystem === undefined || ofAgent === undefined) return ofAgent ?? ofSystem;
  return ofAgent.filter((tool) => ofSystem.includes(tool));
}
