import type { ExportManifest } from '../../schemas/export-manifest.ts';
import { visibleLine } from '../../schemas/visible-text.ts';

/** What an export has, on one line. Pure. */
export function exportLine(
  file: string,
  { counts, through, stateHash, redacted }: ExportManifest,
): string {
  const parts = [
    `${counts.events} events up to ${through}`,
    `${counts.logs} lines`,
    `${counts.files} pieces of files`,
    `${counts.project} projects`,
    `${counts.session} session files`,
  ];
  const how = redacted ? ', redacted' : '';
  return visibleLine(`${file}: ${parts.join(', ')}${how}; state ${stateHash}`);
}
