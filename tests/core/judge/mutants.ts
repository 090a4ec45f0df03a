import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Judge } from '../../../core/judge/judge.ts';
import { enter, switches } from './switches.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const CORE = pathToFileURL(join(ROOT, 'core/')).href;
const JUDGE = pathToFileURL(join(ROOT, 'core/judge/judge.ts')).href;

/** A rule of a decider that can be switched off by its number. */
export interface Mutant {
  number: number;
  /** As one finds it: file, what is done to it, and what it was. */
  name: string;
}

/**
 * The judge with all rules of these files behind switches, which are loaded once: each condition that never holds, each choice of
 * which one side is gone, each part of a condition that does not count, each first that is passed over.
 */
export async function judgeWithSwitches(
  paths: readonly string[],
): Promise<{ Judge: typeof Judge; mutants: readonly Mutant[] }> {
  const mutants: Mutant[] = [];
  const sources = new Map(
    paths.map((path) => {
      const file = join(ROOT, path);
      return [file, withSwitches(path, readFileSync(file, 'utf8'), mutants)];
    }),
  );
  loadSwitched(sources);
  const module: { Judge: typeof Judge } = await import(`${JUDGE}?${SWITCHED}`);
  return { Judge: module.Judge, mutants };
}

const SWITCHED = 'switched';

/** All of core is loaded a second time, these files with their switches. */
function loadSwitched(sources: ReadonlyMap<string, string>): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const isOfSwitched = context.parentURL?.endsWith(`?${SWITCHED}`) ?? false;
      return isOfSwitched && resolved.url.startsWith(CORE)
        ? { ...resolved, url: `${resolved.url}?${SWITCHED}` }
        : resolved;
    },
    load(url, context, next) {
      const [path = '', query] = url.split('?');
      if (query !== SWITCHED) return next(url, context);
      const file = fileURLToPath(path);
      const text = sources.get(file) ?? readFileSync(file, 'utf8');
      return { format: 'module', source: stripTypeScriptTypes(text), shortCircuit: true };
    },
  });
}

/** The text of a file with a switch at each of its rules; those are added to `mutants`. */
function withSwitches(path: string, text: string, mutants: Mutant[]): string {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const counts = new Map<string, number>();
  const add = (node: ts.Node, what: string): number => {
    const shown = node.getText().replaceAll('${', '{').replace(/\s+/g, ' ').slice(0, 80);
    const number = enter();
    const name = `${path.slice('core/domain/'.length)} ${what} ${shown}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    mutants.push({ number, name: count === 1 ? name : `${name} (${count})` });
    return number;
  };
  const edits: { at: number; text: string }[] = [];
  const wrap = (node: ts.Node, before: string, after: string) => {
    edits.push({ at: node.getStart(), text: before }, { at: node.getEnd(), text: after });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node)) {
      wrap(node.expression, `$switch.never(${add(node.expression, 'never')}, `, ')');
    } else if (ts.isConditionalExpression(node)) {
      const numbers = [add(node, 'always the first of'), add(node, 'always the second of')];
      wrap(node.condition, `$switch.one(${numbers.join(', ')}, `, ')');
    } else if (ts.isBinaryExpression(node)) ofBinary(node);
    else if (ts.isCaseClause(node)) {
      wrap(node.expression, `$switch.other(${add(node.expression, 'without the case')}, `, ')');
    }
    ts.forEachChild(node, visit);
  };
  const ofBinary = (node: ts.BinaryExpression): void => {
    const { left, right, operatorToken } = node;
    switch (operatorToken.kind) {
      case ts.SyntaxKind.QuestionQuestionToken:
        if (ts.isLiteralExpression(right)) return;
        wrap(left, `$switch.nothing(${add(node, 'without the first of')}, `, ')');
        return;
      case ts.SyntaxKind.AmpersandAmpersandToken:
        // What is there where a condition holds is a choice; of two conditions each is a rule.
        if (!isCondition(right)) wrap(left, `$switch.never(${add(node, 'never')}, `, ')');
        else {
          wrap(left, `$switch.always(${add(left, 'also without')}, `, ')');
          wrap(right, `$switch.always(${add(right, 'also without')}, `, ')');
        }
        return;
      case ts.SyntaxKind.BarBarToken:
        wrap(left, `$switch.never(${add(left, 'never')}, `, ')');
        wrap(right, `$switch.never(${add(right, 'never')}, `, ')');
    }
  };
  visit(tree);
  return `const $switch = globalThis[Symbol.for('${switches}')]; ${edited(text, edits)}`;
}

/** Is it asked for whether it holds, and not for what it is? */
function isCondition(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isCondition(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (ts.isCallExpression(node)) return CONDITION_CALL.test(node.expression.getText());
  if (ts.isBinaryExpression(node)) return COMPARISONS.has(node.operatorToken.kind);
  return isTested(node);
}

const CONDITION_CALL =
  /(^|\.)(is[A-Z]\w*|has|hasOwn|some|every|includes|startsWith|same\w*|timingSafeEqual)$/;

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
]);

/** Does it stand in the condition of an `if` or of a choice? */
function isTested(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return ts.isBinaryExpression(parent) && isTested(parent);
}

/** What is put in at one place comes in the order of its edits: outer ones open first, and close last. */
function edited(text: string, edits: readonly { at: number; text: string }[]): string {
  const opening = edits.filter(({ text: put }) => put !== ')');
  const closing = edits.filter(({ text: put }) => put === ')');
  let result = '';
  let last = 0;
  const places = [...new Set(edits.map(({ at }) => at))].sort((a, b) => a - b);
  for (const at of places) {
    result += text.slice(last, at);
    for (const edit of closing) if (edit.at === at) result += edit.text;
    for (const edit of opening) if (edit.at === at) result += edit.text;
    last = at;
  }
  return result + text.slice(last);
}
