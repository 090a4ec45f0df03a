import { z } from 'zod';

/** What the first part of an export says, before anything else of it is read. */
export const EXPORT_FORMAT = 'orchestrator-export';
export const EXPORT_VERSION = 1;

/** The names of the first and the last part. */
export const FORMAT_PART = 'format.json';
export const MANIFEST_PART = 'manifest.json';

export const formatMark = z.object({
  format: z.literal(EXPORT_FORMAT),
  version: z.int().positive(),
});

/** What a part of an export has: `events` are CloudEvents, `logs` and `files` messages of those streams. */
export const partKind = z.enum(['events', 'logs', 'files', 'project', 'session']);
export type PartKind = z.infer<typeof partKind>;

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A part of an export, as its manifest has it. */
export const exportPart = z.object({
  name: z.string(),
  kind: partKind,
  bytes: count,
  /** Lines of what has such, else 1. */
  count,
  sha256,
});
export type ExportPart = z.infer<typeof exportPart>;

/** What was asked for; a selection of nothing is everything. */
const exportSelection = z.object({
  agent: z.string().optional(),
  /** `<channel>/<id>`. */
  user: z.string().optional(),
  /** The first and the last place of the log. */
  from: z.int().positive().optional(),
  to: count.optional(),
});

/** The last part of an export: what it is of, and what each other part has to be. */
export const exportManifest = z.object({
  ...formatMark.shape,
  exportedAt: z.iso.datetime(),
  /** `fold`: the version of what folds events to a state, which the hash below depends on. */
  programs: z.object({
    orchestrator: z.string(),
    node: z.string(),
    natsServer: z.string(),
    fold: z.string(),
  }),
  selection: exportSelection,
  /** Names and texts are stand-ins. */
  redacted: z.boolean(),
  counts: z.record(partKind, count),
  /** The place of the log up to which it was read, whether an event stands there or not. */
  through: count,
  /** SHA-256 over the state that its events fold to, hexadecimal. */
  stateHash: sha256,
  /** Of the folder of agents that it was made beside; absent where there is none. */
  place: z
    .object({
      /** Its name, by which a spawner knows the agents as its own. */
      name: z.string(),
      /** Its path, which some CLIs name their files by. */
      folder: z.string(),
    })
    .optional(),
  /** Agents whose session files are among the parts. */
  sessions: z.array(z.string()),
  /** What was not there, or is not for an export, in words. */
  leftOut: z.array(z.string()),
  parts: z.array(exportPart),
});
export type ExportManifest = z.infer<typeof exportManifest>;
