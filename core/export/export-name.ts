/** A name for the file of an export, by when it was made: `orchestrator-20260104T153045123Z.tar.gz`. Pure. */
export const exportName = (now: Date): string =>
  `orchestrator-${now.toISOString().replaceAll(/[-:.]/g, '')}.tar.gz`;
