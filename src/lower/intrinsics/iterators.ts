/**
 * What every iterator's context points to first: struct bpf_iter_meta, and through it the file that the reader has open.
 *
 *     bpf.SeqWrite(ctx, &v)   →   v5 = load ctx + 0; v6 = load v5 + 0; helper seq_write v6, &v, 8
 *
 * Both pointers are the kernel's and trusted: they are loaded where they are used.
 */

import type { Type } from '../../ast/types.ts';
import type { HelperArg } from '../../bpf/helpers.ts';
import { under } from '../../check/types.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';

/** Offsets in struct bpf_iter_meta, and of the pointer to it in the context. */
export const iterator = { meta: 0, seq: 0, session: 8, number: 16 } as const;

export function iteratorMeta(cx: Context, context: ValueId): ValueId {
  return cx.b.load('ptr', 64, context, iterator.meta);
}

/** The file that an iterator's program writes to. */
export function sequence(cx: Context, context: ValueId): ValueId {
  return cx.b.load('ptr', 64, iteratorMeta(cx, context), iterator.seq);
}

/** Does a helper want that file, and is it given the iterator's context for it? */
export function isSequenceOfIterator(param: HelperArg, type: Type): boolean {
  if (param.ctype !== 'struct seq_file *') return false;
  const held = under(type);
  return held.kind === 'pointer' && held.elem.kind === 'named' && held.elem.name === 'Iter';
}
