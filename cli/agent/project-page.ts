/** How many projects are shown at once. */
export const DEFAULT_PAGE = 100;

export const PROJECT_COLUMNS = ['id', 'name', 'created'];

/** What a list shows of a project. */
export function projectRow(project: unknown): [string, string, string] {
  // Any value may be looked into so; what is not there is shown as such.
  const { id, name, createdAt } = Object(project) as Record<string, unknown>;
  return [String(id), String(name), String(createdAt)];
}
