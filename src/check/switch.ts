/**
 * Expression switches.
 *
 *     switch proto { case 6, 17: …; default: … }   →   values of the tag's type; no constant twice
 */

import type { Case, Stmt, Switch } from '../ast/ast.ts';
import type { TExpr, TStmt, TSwitch } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { binaryOperands } from './binary.ts';
import { constString, trueConst } from './constants.ts';
import { convertUntyped, tree, useDefault } from './convert.ts';
import { checkValue } from './expr.ts';
import { constant, invalid, type Operand, report, show, value } from './operand.ts';
import { incomparableReason } from './satisfy.ts';
import { badExpr, type Env, inner } from './scope.ts';
import { checkSimple, checkStmts } from './stmt.ts';
import { boolType, hasNil, invalidType, isComparable, isInvalid, isUntyped, typeString } from './types.ts';

export function checkSwitch(env: Env, stmt: Switch, label: string | null): TStmt {
  const scope = inner(env);
  const init = checkSimple(scope, stmt.init);
  const tag = stmt.tag === null ? null : checkTag(scope, stmt.tag.span, checkValue(scope, stmt.tag));
  const tagOperand = tag === null ? constant(stmt.span, boolType, trueConst) : operandOf(tag);
  const seen = new Map<string, Span>();
  let defaultAt: Span | null = null;
  const cases = stmt.cases.map((clause): TSwitch['cases'][number] => {
    if (clause.values === null) {
      if (defaultAt !== null)
        report(env, 'duplicate-default', clause.span, {}, [
          { span: defaultAt, message: 'the first one is here' },
        ]);
      defaultAt ??= clause.span;
    }
    const values =
      clause.values?.map((expr) =>
        caseValue(scope, checkValue(scope, expr), tagOperand, seen, tag === null),
      ) ?? null;
    const body = checkStmts(inner(scope), clause.body);
    return { span: clause.span, values, body, fallthrough: fallsThrough(clause) };
  });
  return { kind: 'switch', span: stmt.span, init, tag, cases, label };
}

function fallsThrough(clause: Case): boolean {
  let last: Stmt | undefined = clause.body.filter((stmt) => stmt.kind !== 'Empty').at(-1);
  while (last?.kind === 'Labeled') last = last.stmt;
  return last?.kind === 'Branch' && last.keyword === 'fallthrough';
}

function checkTag(env: Env, span: Span, op: Operand): TExpr {
  if (op.mode === 'invalid') return badExpr(span, invalidType);
  const x = useDefault(env, op);
  if (!isInvalid(x.type) && !isComparable(x.type) && !hasNil(x.type)) {
    report(env, 'not-comparable', span, {
      type: show(env, x.type),
      part: incomparableReason(env, x.type),
      op: '==',
    });
    return badExpr(span, invalidType);
  }
  return x;
}

function operandOf(tag: TExpr): Operand {
  if (isInvalid(tag.type)) return invalid(tag.span);
  return tag.kind === 'const' ? constant(tag.span, tag.type, tag.value) : value(tag);
}

/** One case value with the tag's type. `plain`: there is no tag, the value is a condition. */
function caseValue(env: Env, op: Operand, tag: Operand, seen: Map<string, Span>, plain: boolean): TExpr {
  const bad = badExpr(op.span, invalidType);
  if (op.mode === 'invalid' || tag.mode === 'invalid') return bad;
  const typed = caseOperand(env, op, tag.type);
  if (typed.mode === 'invalid') return bad;
  // The comparison tells whether the two may be compared; its result is not needed.
  const compared = binaryOperands(env, '==', typed, tag, op.span, op.span);
  if (compared.mode === 'invalid') return bad;
  if (typed.mode === 'const' && !plain) requireNew(env, typed.value, typed.type, op.span, seen);
  return plain ? useDefault(env, typed) : tree(env, typed);
}

function caseOperand(env: Env, op: Operand, type: Type): Operand {
  if (op.mode !== 'nil' && !isUntyped(op.type)) return op;
  return convertUntyped(env, op, type) ?? op;
}

function requireNew(
  env: Env,
  constantValue: Parameters<typeof constString>[0],
  type: Type,
  span: Span,
  seen: Map<string, Span>,
): void {
  const shown = constantValue.kind === 'string' ? `"${constantValue.value}` : constString(constantValue);
  const key = `${typeString(type)} ${constantValue.kind === 'int' ? constantValue.value : shown}`;
  const earlier = seen.get(key);
  if (earlier === undefined) seen.set(key, span);
  else
    report(env, 'duplicate-case', span, { value: constString(constantValue) }, [
      { span: earlier, message: 'the first one is here' },
    ]);
}
