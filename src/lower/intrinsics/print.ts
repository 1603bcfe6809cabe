/**
 * Formatted text: to the trace pipe (Printk, TracePrintk, print, println), into a buffer (SNPrintf), to the reader of an
 * iterator (Iter.Printf).
 *
 *     bpf.Printk("pid %d\n", pid)   →   helper trace_printk "pid %u\n", 8, pid
 *
 * Up to three values go to the trace pipe in registers; more, and all of the others, as an array of 64-bit words.
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import { must, unreachable } from '../../base/assert.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report } from '../context.ts';
import { address, choose, constant, int } from '../emit.ts';
import { type Format, type Piece, printFormat, translateFormat } from '../format.ts';
import { pointerScalar } from '../shapes.ts';
import { constantString, stringSymbol } from '../strings.ts';
import { none, scalar, type Value } from '../values.ts';
import { buffer, pointerTo, register } from './helpers.ts';
import { sequence } from './iterators.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

export const printRows = {
  'bpf.Printk': printk,
  'bpf.TracePrintk': printk,
  'bpf.SNPrintf': (cx, call, args) => formatted(cx, call, args, 1, intoBuffer(cx, call, args[0])),
  'bpf.Iter.Printf': (cx, call, args) => formatted(cx, call, args, 1, toIterator(scalarArg(args, 0))),
  'builtin.print': (cx, call, args) => printValues(cx, call, args, false),
  'builtin.println': (cx, call, args) => printValues(cx, call, args, true),
} as const satisfies Record<string, IntrinsicRow>;

/** Where text and values go; gives the helper's result. */
type Sink = (cx: Context, call: TIntrinsic, text: string, words: readonly ValueId[]) => ValueId;

function printk(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  return formatted(cx, call, args, 0, trace);
}

/** `at`: index of the format among the arguments. */
function formatted(cx: Context, call: TIntrinsic, args: readonly Value[], at: number, sink: Sink): Value {
  const format = args[at];
  const values = args.slice(at + 1);
  if (format?.kind !== 'string' || format.text === null) {
    report(cx, 'string-not-constant', call.args[at]?.span ?? call.span, {});
    return scalar(int(cx, 0));
  }
  const types = values.map((_, i) => argType(call, i + at + 1));
  return scalar(emitFormat(cx, call, translateFormat(format.text, types), values, at + 1, sink));
}

function printValues(cx: Context, call: TIntrinsic, args: readonly Value[], spaced: boolean): Value {
  const types = args.map((_, i) => argType(call, i));
  emitFormat(cx, call, printFormat(types, spaced), args, 0, trace);
  return none;
}

/** `first`: index in the call of the first value. Gives the helper's result. */
function emitFormat(
  cx: Context,
  call: TIntrinsic,
  format: Format,
  values: readonly Value[],
  first: number,
  sink: Sink,
): ValueId {
  if (!format.ok) {
    reportProblem(cx, call, format.problem, first);
    return int(cx, 0);
  }
  let text = '';
  const words: ValueId[] = [];
  for (const part of format.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = must(values[part.arg], 'a value for the verb');
    const folded = part.passing === 'text' && value.kind === 'string' ? value.text : null;
    if (folded !== null && part.verb === '%s') text += folded.replaceAll('%', '%%');
    else {
      text += part.verb;
      words.push(word(cx, call, part, value, first));
    }
  }
  return sink(cx, call, text, words);
}

function reportProblem(
  cx: Context,
  call: TIntrinsic,
  problem: (Format & { ok: false })['problem'],
  first: number,
): void {
  const { name, span } = call;
  const shown = name.replace('builtin.', '');
  switch (problem.kind) {
    case 'verb':
      report(cx, 'bad-verb', call.args[first - 1]?.span ?? span, {
        verb: problem.verb,
        type: problem.type,
      });
      return;
    case 'missing':
      report(cx, 'verb-without-argument', span, { name: shown, verb: problem.verb });
      return;
    case 'extra':
      report(cx, 'argument-without-verb', span, {
        name: shown,
        have: problem.have,
        want: problem.want,
      });
      return;
    default:
      problem satisfies never;
      return;
  }
}

/** The 64 bits that stand for an argument. */
function word(cx: Context, call: TIntrinsic, piece: Piece, value: Value, first: number): ValueId {
  const type = argType(call, piece.arg + first);
  switch (piece.passing) {
    case 'number':
      return value.kind === 'scalar' ? register(cx, value.id, type) : unreachable('a number is a scalar');
    case 'pointer':
      return value.kind === 'scalar'
        ? cx.b.emit('ptrtoint', 'i64', [value.id])
        : unreachable('a pointer is a scalar');
    case 'bool':
      return choose(
        cx,
        pointerScalar.ir,
        value.kind === 'scalar' ? value.id : unreachable('a bool is a scalar'),
        () => constantString(cx, 'true').ptr,
        () => constantString(cx, 'false').ptr,
      );
    case 'address':
      return value.kind === 'memory' ? address(cx, value.addr) : pointerTo(cx, value, type);
    case 'text':
      if (value.kind === 'string' && value.text !== null) return constantString(cx, value.text).ptr;
      report(cx, 'string-not-constant', call.span, {});
      return int(cx, 0);
    default:
      return piece.passing satisfies never;
  }
}

/** Values that trace_printk takes. */
const registersLeft = 3;

function trace(cx: Context, call: TIntrinsic, text: string, words: readonly ValueId[]): ValueId {
  const format = cx.b.symbol('stringaddr', stringSymbol(cx.module, text));
  // The size counts the NUL.
  const size = int(cx, text.length + 1);
  if (words.length <= registersLeft)
    return must(cx.b.invoke('helper', 'trace_printk', [format, size, ...words], 'i64'), 'result');
  const [major, minor] = cx.module.target.kernel;
  if (major < 5 || (major === 5 && minor < 16))
    report(cx, 'too-many-verbs', call.span, { have: words.length });
  const data = wordArray(cx, words);
  return must(cx.b.invoke('helper', 'trace_vprintk', [format, size, ...data], 'i64'), 'result');
}

/** Address and size of an array of the words. */
function wordArray(cx: Context, words: readonly ValueId[]): readonly [ValueId, ValueId] {
  if (words.length === 0) return [constant(cx, 'ptr', 0n), int(cx, 0)];
  const slot = cx.b.newSlot(8 * words.length, 8);
  for (const [i, id] of words.entries()) cx.b.store(64, cx.b.slotAddr(slot), 8 * i, id);
  return [cx.b.slotAddr(slot), int(cx, 8 * words.length)];
}

/** bpf_snprintf wants its format in .rodata. */
function intoBuffer(cx: Context, call: TIntrinsic, buffered: Value | undefined): Sink {
  const [pointer, size] = buffer(cx, must(buffered, 'a buffer'), argType(call, 0), call.span);
  return (_cx, _call, text, words) => {
    if (!cx.module.target.sections)
      report(cx, 'needs-object', call.span, { what: 'the format of bpf.SNPrintf' });
    const format = cx.b.symbol('stringaddr', stringSymbol(cx.module, text));
    const passed = [pointer, size, format, ...wordArray(cx, words)];
    return must(cx.b.invoke('helper', 'snprintf', passed, 'i64'), 'result');
  };
}

function toIterator(context: ValueId): Sink {
  return (cx, _call, text, words) => {
    const format = cx.b.symbol('stringaddr', stringSymbol(cx.module, text));
    const passed = [sequence(cx, context), format, int(cx, text.length + 1), ...wordArray(cx, words)];
    return must(cx.b.invoke('helper', 'seq_printf', passed, 'i64'), 'result');
  };
}
