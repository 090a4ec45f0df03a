import ts from 'typescript';

/**
 * The loops of a source file that go on after an error without a back-off: what fails at once then
 * spins. A loop over a collection ends by itself and is none of them.
 *
 * @returns the line of each, from 1
 */
export function loopsWithoutBackOff(text: string): number[] {
  const file = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isEndless(node) && outlivesErrors(node.statement) && !backsOff(node)) {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

type Loop = ts.ForStatement | ts.WhileStatement | ts.DoStatement;

const isEndless = (node: ts.Node): node is Loop =>
  ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node);

/** Something is awaited whose error is caught, and the loop goes on. */
const outlivesErrors = (body: ts.Node): boolean =>
  has(body, (node) => {
    if (ts.isTryStatement(node) && node.catchClause) {
      return has(node.tryBlock, ts.isAwaitExpression) && !leaves(node.catchClause.block);
    }
    return ts.isAwaitExpression(node) && isCall(node.expression, 'catch');
  });

/** Whether a block ends the loop whatever it does. */
const leaves = (block: ts.Block): boolean => {
  const last = block.statements.at(-1);
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isBreakStatement(last))
  );
};

/** It names a back-off, or leaves the tries to what has one. */
const backsOff = (loop: Loop): boolean =>
  has(loop, (node) => ts.isIdentifier(node) && WAITS.test(node.text)) ||
  has(loop, (node) => ts.isPrivateIdentifier(node) && WAITS.test(node.text));

const WAITS = /^#?(backOff|retry$|keepRunning$|untilStored$)/;

const isCall = (node: ts.Node, ...names: string[]): boolean =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  names.includes(node.expression.name.text);

/** In this very function: one that is defined inside is called by somebody else. */
function has(root: ts.Node, is: (node: ts.Node) => boolean): boolean {
  if (is(root)) return true;
  return ts.forEachChild(root, (node) => !ts.isFunctionLike(node) && has(node, is)) ?? false;
}
