import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/** What the tests read of a manifest; everything else is left to the API's own types. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    replicas?: number;
    template?: { spec?: Pod };
    // The tests put in what is none.
    [other: string]: unknown;
  };
}

interface Pod {
  automountServiceAccountToken?: boolean;
  securityContext?: { runAsNonRoot?: boolean };
  containers: Container[];
  volumes?: { hostPath?: { path: string } }[];
}

interface Container {
  name: string;
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string } } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  readinessProbe?: unknown;
  resources?: { limits?: { cpu?: string; memory?: string } };
  securityContext?: {
    runAsUser?: number;
    readOnlyRootFilesystem?: boolean;
    allowPrivilegeEscalation?: boolean;
    capabilities?: { drop?: string[] };
  };
}

/** The documents of a YAML text. */
export const readManifests = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document): Manifest => document.toJS());

/**
 * What the API would not take: values by the schemas of its OpenAPI document (`kubernetes-models`), and
 * fields that there are not by the types made of it, since the schemas allow any more.
 */
export async function manifestProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const wrong = await Promise.all(manifests.map(wrongValues));
  return [...wrong.flat(), ...unknownFields(manifests)];
}

const moduleOf = ({ apiVersion }: Manifest): string => `kubernetes-models/${apiVersion}`;

/** A class of `kubernetes-models`. */
type Model = new (data: unknown) => { validate(): void };

async function wrongValues(manifest: Manifest): Promise<string[]> {
  // The package has a module for each version, which exports a class for each kind.
  const models = (await import(moduleOf(manifest))) as Record<string, Model>;
  const Kind = models[manifest.kind];
  if (Kind === undefined) return [`${manifest.kind} is no kind of ${manifest.apiVersion}`];
  try {
    new Kind(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${String(error)}`];
  }
}

/** What is written in no manifest is parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The compiler refuses a field that a type does not have, where the value is written down. */
function unknownFields(manifests: readonly Manifest[]): string[] {
  const file = `${import.meta.dirname}/manifests.written.ts`;
  const lines = manifests.map(
    (one, at) =>
      `export const m${at}: import('${moduleOf(one)}').I${one.kind} = ${JSON.stringify(one)};`,
  );
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    // Without what browsers have, which is most of what there would be to read.
    lib: ['lib.esnext.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.getSourceFile = (name, ...how) => {
    if (name === file) return getSourceFile(name, ...how);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, ...how));
    return parsed.get(name);
  };
  host.readFile = (name) => (name === file ? lines.join('\n') : readFile(name));
  host.fileExists = (name) => name === file || fileExists(name);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
