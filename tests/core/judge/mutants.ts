import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Judge } from '../../../core/judge/judge.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const JUDGE = join(ROOT, 'core/judge/judge.ts');

/** A rule of the decider that is switched off: a part of a file that stands for another. */
export interface Mutant {
  /** As one finds it: file, and what it was. */
  name: string;
  file: string;
  source: string;
}

/** Each condition of a file that never holds, each choice of which one side is gone, each first that is passed over. */
export function mutantsOf(path: string): Mutant[] {
  const file = join(ROOT, path);
  const text = readFileSync(file, 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const replace = (node: ts.Node, by: string, what: string) => {
    const [start, end] = [node.getStart(), node.getEnd()];
    const shown = text.slice(start, end).replace(/\s+/g, ' ').slice(0, 80);
    const source = text.slice(0, start) + by + text.slice(end);
    mutants.push({ name: `${path} ${what} ${shown}`, file, source });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node)) replace(node.expression, 'false', 'never');
    if (ts.isConditionalExpression(node)) {
      replace(node, `(${node.whenTrue.getText()})`, 'always the first of');
      replace(node, `(${node.whenFalse.getText()})`, 'always the second of');
    }
    const isEither =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
      !ts.isLiteralExpression(node.right);
    if (isEither) replace(node, `(${node.right.getText()})`, 'without the first of');
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants;
}

const stripped = new Map<string, string>();
let present: (Mutant & { affected: ReadonlySet<string> }) | undefined;
let count = 0;

/** Only what imports the mutant, over however many files, is loaded again with it. */
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const [, query] = context.parentURL?.split('?') ?? [];
    if (query === undefined || present === undefined || !resolved.url.startsWith('file:'))
      return resolved;
    const isAffected = present.affected.has(fileURLToPath(resolved.url));
    return isAffected ? { ...resolved, url: `${resolved.url}?${query}` } : resolved;
  },
  load(url, context, next) {
    const [path = '', query] = url.split('?');
    if (query === undefined || present === undefined || !path.endsWith('.ts'))
      return next(url, context);
    const file = fileURLToPath(path);
    return { format: 'module', source: sourceOf(file, present), shortCircuit: true };
  },
});

function sourceOf(file: string, mutant: Mutant): string {
  if (file === mutant.file) return stripTypeScriptTypes(mutant.source);
  const known = stripped.get(file) ?? stripTypeScriptTypes(readFileSync(file, 'utf8'));
  stripped.set(file, known);
  return known;
}

/** The judge as it is with this mutant in the place of what it was. */
export async function judgeWith(mutant: Mutant): Promise<typeof Judge> {
  count += 1;
  present = { ...mutant, affected: affectedBy(mutant.file) };
  const module: { Judge: typeof Judge } = await import(
    `${pathToFileURL(JUDGE).href}?mutant=${count}`
  );
  return module.Judge;
}

/** By file of core: what it imports of values. */
const imports = new Map<string, readonly string[]>();
const affected = new Map<string, ReadonlySet<string>>();

function affectedBy(file: string): ReadonlySet<string> {
  const known = affected.get(file);
  if (known) return known;
  collect(JUDGE);
  const found = new Set([file]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [importer, imported] of imports)
      if (imported.some((one) => found.has(one))) found.add(importer);
  }
  affected.set(file, found);
  return found;
}

function collect(file: string): void {
  if (imports.has(file)) return;
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'/gm)].map(
    ([, path = '']) => join(file, '..', path),
  );
  imports.set(file, found);
  for (const imported of found) collect(imported);
}
