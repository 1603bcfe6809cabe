/**
 * Operands and operators, as read, to a tree by precedence.
 *
 *     a + b * c - d      →   Binary(-, Binary(+, a, Binary(*, b, c)), d)
 *
 * A loop with two stacks: chains of 100,000 terms take no more stack than one.
 * Invariant: operators of equal precedence associate to the left; the height of a right operand is at most five.
 */

import type { IToken } from 'chevrotain';
import type { BinaryOp, Expr } from '../src/ast/ast.ts';
import { must } from '../src/base/assert.ts';
import type { FileId } from '../src/base/source.ts';

const precedence = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '|': 4,
  '^': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '<<': 5,
  '>>': 5,
  '&': 5,
  '&^': 5,
} as const satisfies Record<BinaryOp, number>;

export function isBinaryOp(text: string): text is BinaryOp {
  return text in precedence;
}

export function precedenceOf(op: BinaryOp): number {
  return precedence[op];
}

export function buildBinary(operands: readonly Expr[], operators: readonly IToken[], file: FileId): Expr {
  const first = must(operands[0], 'operand');
  if (operands.length !== operators.length + 1) return first;
  const values = [first];
  const pending: { readonly op: BinaryOp; readonly token: IToken }[] = [];
  const reduce = (): void => {
    const { op, token } = must(pending.pop(), 'operator');
    const y = must(values.pop(), 'operand');
    const x = must(values.pop(), 'operand');
    const opSpan = { file, start: token.startOffset, end: token.startOffset + token.image.length };
    const span = { file, start: x.span.start, end: y.span.end };
    values.push({ kind: 'Binary', span, op, opSpan, x, y });
  };
  operators.forEach((token, i) => {
    const op = token.image;
    if (!isBinaryOp(op)) return;
    for (let top = pending.at(-1); top && precedence[top.op] >= precedence[op]; top = pending.at(-1))
      reduce();
    pending.push({ op, token });
    values.push(must(operands[i + 1], 'operand'));
  });
  while (pending.length > 0) reduce();
  return must(values[0], 'expression');
}
