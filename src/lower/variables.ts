/**
 * Variables and parts of them: making bindings, reading and writing them.
 *
 *     n := f()          →  value binding, when n is never written again
 *     var key Key       →  slot s3 of 16 bytes, cleared
 *     b := buf[2:]      →  four cells and a region
 *
 * Invariant: bytes of padding in memory are zero: new memory is cleared, and copies carry the zeros along.
 */

import type { TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { alignof, offsetof, sizeof } from '../check/layout.ts';
import { typeString, under } from '../check/types.ts';
import { type Context, type Frame, report } from './context.ts';
import {
  address,
  clearMemory,
  constant,
  copyMemory,
  int,
  loadCell,
  loadScalar,
  newCell,
  slotAddr,
  storeCell,
  storeScalar,
} from './emit.ts';
import { readContext, writeContext } from './intrinsics/contexts.ts';
import { readKernel, writeKernel } from './kernel.ts';
import { partsOf, scalarOf, shapeOf } from './shapes.ts';
import { type Addr, type Binding, memory, type Region, scalar, shift, type Value } from './values.ts';

// ---------------------------------------------------------------- making

/** Memory of a type's size, contents undefined. */
export function newMemory(cx: Context, type: Type, name = ''): Addr {
  return slotAddr(cx.b.newSlot(Math.max(1, sizeof(type)), alignof(type), name));
}

export interface Holding {
  readonly name: string;
  /** Its address is taken: laid out as Go does. */
  readonly exact: boolean;
  readonly key: TVar | null;
}

export const temporary: Holding = { name: '', exact: false, key: null };

/** A place for a value of the type, contents undefined. */
export function newBinding(cx: Context, type: Type, how: Holding): Binding {
  switch (shapeOf(type)) {
    case 'scalar':
      return how.exact
        ? { kind: 'memory', addr: newMemory(cx, type, how.name), exact: true }
        : { kind: 'memory', addr: slotAddr(newCell(cx, scalarOf(type).ir, how.name)), exact: false };
    case 'memory':
      return { kind: 'memory', addr: newMemory(cx, type, how.name), exact: true };
    case 'slice': {
      const region = how.key === null ? null : (cx.regions.get(how.key) ?? null);
      const cell = (part: string) =>
        newCell(cx, part === 'base' ? 'ptr' : 'i64', how.name && `${how.name}.${part}`);
      return {
        kind: 'slice',
        key: how.key,
        region,
        base: cell('base'),
        low: cell('low'),
        len: cell('len'),
        cap: cell('cap'),
      };
    }
    case 'string':
      return { kind: 'string', ptr: newCell(cx, 'ptr', how.name), len: newCell(cx, 'i64', how.name) };
    case 'fixed':
      return { kind: 'fixed', value: null, set: newCell(cx, 'i32', how.name), readAsNil: false };
    case 'record':
      return {
        kind: 'record',
        fields: partsOf(type).map((part) => newBinding(cx, part, { ...how, key: null })),
      };
    default:
      return unreachable(`no variable of type ${typeString(type)}`);
  }
}

/** Go's zero value. */
export function zeroValue(cx: Context, type: Type): Value {
  switch (shapeOf(type)) {
    case 'scalar':
      return scalar(constant(cx, scalarOf(type).ir, 0n));
    case 'memory': {
      const addr = newMemory(cx, type);
      clearMemory(cx, addr, type);
      return memory(addr);
    }
    case 'slice': {
      const zero = int(cx, 0);
      return { kind: 'slice', region: null, base: constant(cx, 'ptr', 0n), low: zero, len: zero, cap: zero };
    }
    case 'string':
      return { kind: 'string', ptr: constant(cx, 'ptr', 0n), len: int(cx, 0), text: '' };
    case 'fixed':
      return under(type).kind === 'func'
        ? { kind: 'func', callable: null, set: null }
        : { kind: 'ref', binding: null, set: null };
    case 'record':
      return { kind: 'record', fields: partsOf(type).map((part) => zeroValue(cx, part)) };
    case 'tuple': {
      const u = under(type);
      return { kind: 'tuple', values: u.kind === 'tuple' ? u.types.map((part) => zeroValue(cx, part)) : [] };
    }
    default:
      return unreachable(`no zero value of type ${typeString(type)}`);
  }
}

// ---------------------------------------------------------------- reading and writing

export function read(cx: Context, binding: Binding, type: Type): Value {
  switch (binding.kind) {
    case 'value':
      return binding.value;
    case 'memory': {
      if (shapeOf(type) === 'memory') return memory(binding.addr);
      // After variable-index: elements that are in no memory.
      if (shapeOf(type) !== 'scalar' && cx.module.diagnostics.failed) return zeroValue(cx, type);
      const held = scalarOf(type);
      if (binding.exact) return scalar(loadScalar(cx, binding.addr, held));
      return scalar(cx.b.load(held.ir, held.ir === 'i32' ? 32 : 64, address(cx, binding.addr), 0));
    }
    case 'slice': {
      if (binding.region === null) cx.lateRegion = true;
      const word = (slot: number) => loadCell(cx, slot, 'i64');
      return {
        kind: 'slice',
        region: binding.region,
        base: loadCell(cx, binding.base, 'ptr'),
        low: word(binding.low),
        len: word(binding.len),
        cap: word(binding.cap),
      };
    }
    case 'string':
      return {
        kind: 'string',
        ptr: loadCell(cx, binding.ptr, 'ptr'),
        len: loadCell(cx, binding.len, 'i64'),
        text: null,
      };
    case 'fixed': {
      const set = loadCell(cx, binding.set, 'i32');
      if (binding.value !== null) return { ...binding.value, set };
      binding.readAsNil = true;
      return under(type).kind === 'func'
        ? { kind: 'func', callable: null, set: null }
        : { kind: 'ref', binding: null, set: null };
    }
    case 'record': {
      const parts = partsOf(type);
      return { kind: 'record', fields: binding.fields.map((field, i) => read(cx, field, parts[i]!)) };
    }
    case 'context':
      return readContext(cx, binding, type);
    case 'kernel':
      return readKernel(cx, binding, type);
    default:
      return binding satisfies never;
  }
}

/** Stores a value; memory is copied. `span` is where errors are. */
export function write(cx: Context, binding: Binding, type: Type, value: Value, span: Span): void {
  switch (binding.kind) {
    case 'memory':
      if (value.kind === 'memory') {
        copyMemory(cx, binding.addr, value.addr, type);
        return;
      }
      if (value.kind !== 'scalar') break;
      if (binding.exact) {
        storeScalar(cx, binding.addr, scalarOf(type), value.id);
        return;
      }
      cx.b.store(scalarOf(type).ir === 'i32' ? 32 : 64, address(cx, binding.addr), 0, value.id);
      return;
    case 'slice':
      if (value.kind !== 'slice') break;
      learnRegion(cx, binding, value.region, span);
      storeCell(cx, binding.base, value.base);
      storeCell(cx, binding.low, value.low);
      storeCell(cx, binding.len, value.len);
      storeCell(cx, binding.cap, value.cap);
      return;
    case 'string':
      if (value.kind !== 'string') break;
      storeCell(cx, binding.ptr, value.ptr);
      storeCell(cx, binding.len, value.len);
      return;
    case 'fixed':
      if (value.kind !== 'func' && value.kind !== 'ref') break;
      writeFixed(cx, binding, value, span);
      return;
    case 'record': {
      if (value.kind !== 'record') break;
      const parts = partsOf(type);
      for (const [i, field] of value.fields.entries()) write(cx, binding.fields[i]!, parts[i]!, field, span);
      return;
    }
    case 'context':
      writeContext(cx, binding, type, value, span);
      return;
    case 'kernel':
      writeKernel(cx, binding, type, value, span);
      return;
    case 'value':
      break;
    default:
      binding satisfies never;
      return;
  }
  unreachable(`a ${value.kind} cannot be stored in a ${binding.kind} binding`);
}

export function sameRegion(a: Region, b: Region): boolean {
  if (a.kind === 'array') return b.kind === 'array' && a.size === b.size;
  return b.kind === 'packet' && a.context === b.context && a.part === b.part;
}

function learnRegion(
  cx: Context,
  binding: Binding & { kind: 'slice' },
  region: Region | null,
  span: Span,
): void {
  if (region === null) return;
  if (binding.region !== null && !sameRegion(binding.region, region)) {
    report(cx, 'two-regions', span, { name: binding.key?.name ?? 'this slice' });
    return;
  }
  binding.region = region;
  if (binding.key !== null) cx.regions.set(binding.key, region);
}

function writeFixed(
  cx: Context,
  binding: Binding & { kind: 'fixed' },
  value: Value & { kind: 'func' | 'ref' },
  span: Span,
): void {
  const isNil = value.kind === 'func' ? value.callable === null : value.binding === null;
  if (!isNil && (binding.value === null ? binding.readAsNil : !sameFixed(binding.value, value))) {
    report(cx, value.kind === 'func' ? 'function-value-varies' : 'pointer-varies', span, {});
    return;
  }
  if (!isNil) binding.value = value;
  storeCell(cx, binding.set, isNil ? constant(cx, 'i32', 0n) : (value.set ?? constant(cx, 'i32', 1n)));
}

function sameFixed(a: Value, b: Value): boolean {
  if (a.kind === 'ref' && b.kind === 'ref') return a.binding === b.binding;
  if (a.kind !== 'func' || b.kind !== 'func' || a.callable === null || b.callable === null) return false;
  if (a.callable.kind === 'func' && b.callable.kind === 'func') return a.callable.func === b.callable.func;
  return (
    a.callable.kind === 'literal' &&
    b.callable.kind === 'literal' &&
    a.callable.literal === b.callable.literal
  );
}

/** A copy of a value that later writes to its place do not change. */
export function detach(cx: Context, value: Value, type: Type): Value {
  switch (value.kind) {
    case 'memory': {
      const addr = newMemory(cx, type);
      copyMemory(cx, addr, value.addr, type);
      return memory(addr);
    }
    case 'record': {
      const parts = partsOf(type);
      return { kind: 'record', fields: value.fields.map((field, i) => detach(cx, field, parts[i]!)) };
    }
    case 'tuple': {
      const u = under(type);
      const types = u.kind === 'tuple' ? u.types : [];
      return { kind: 'tuple', values: value.values.map((part, i) => detach(cx, part, types[i]!)) };
    }
    default:
      return value;
  }
}

/** May a deferred closure read the variable where its declaration does not dominate? */
const outlives = ({ body }: Frame, variable: TVar, value: Value): boolean =>
  body.captured.has(variable) &&
  body.defers.some(({ conditional }) => conditional || body.hasGoto) &&
  !((value.kind === 'func' || value.kind === 'ref') && value.set === null);

/** Declares a variable with a value that nothing else refers to. */
export function declare(cx: Context, variable: TVar, value: Value): void {
  const { frame } = cx;
  const written = frame.body.written.has(variable) || variable.assigned || variable.addressed;
  if (!written && !outlives(frame, variable, value) && value.kind !== 'memory' && value.kind !== 'record') {
    frame.vars.set(variable, { kind: 'value', value });
    return;
  }
  const binding = newBinding(cx, variable.type, {
    name: variable.name,
    exact: variable.addressed || frame.body.addressed.has(variable),
    key: variable,
  });
  write(cx, binding, variable.type, value, variable.span);
  frame.vars.set(variable, binding);
}

/** The part of a binding that a field or a constant index names. */
export function partBinding(binding: Binding, type: Type, index: number): Binding {
  switch (binding.kind) {
    case 'record':
      return binding.fields[index] ?? unreachable('no such part');
    case 'memory':
      return { kind: 'memory', addr: shift(binding.addr, partOffset(type, index)), exact: true };
    case 'value':
      if (binding.value.kind === 'record') return { kind: 'value', value: binding.value.fields[index]! };
      if (binding.value.kind === 'memory')
        return { kind: 'memory', addr: shift(binding.value.addr, partOffset(type, index)), exact: true };
      return unreachable('a scalar has no parts');
    case 'context':
      return { ...binding, index };
    case 'kernel':
      return { ...binding, access: [...binding.access, index] };
    default:
      return unreachable(`a ${binding.kind} binding has no parts`);
  }
}

export function partOffset(type: Type, index: number): number {
  const u = under(type);
  if (u.kind === 'struct') return offsetof(u, index);
  return u.kind === 'array' ? index * sizeof(u.elem) : unreachable(`a ${u.kind} has no parts`);
}
