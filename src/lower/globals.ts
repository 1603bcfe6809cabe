/**
 * Package variables: memory in .data, .bss and .rodata, or constants where the output has no data sections.
 *
 *     //bpf:config
 *     var Mark uint32 = 16        →   Mark in .rodata, 10 00 00 00
 */

import type { TExpr, TGlobal } from '../ast/typed.ts';
import { unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { alignof, sizeof } from '../check/layout.ts';
import type { Global } from '../ir/ir.ts';
import { type Context, freshSymbol, type ModuleContext, report } from './context.ts';
import { expression } from './expressions.ts';
import { isPlain } from './shapes.ts';
import type { Binding } from './values.ts';
import { newBinding, partOffset, temporary, zeroValue } from './variables.ts';

export function globalPlace(cx: Context, global: TGlobal, span: Span): Binding {
  const { module } = cx;
  const mutable = module.mutableGlobals.has(global.name);
  if (module.target.sections && isPlain(global.type))
    return {
      kind: 'memory',
      addr: { kind: 'global', name: globalSymbol(module, global), offset: 0 },
      exact: true,
    };
  if (mutable || global.config) {
    if (isPlain(global.type))
      report(cx, 'needs-object', span, { what: `the package variable ${global.name}` });
    else report(cx, 'global-not-constant', span, { name: global.name });
    return newBinding(cx, global.type, temporary);
  }
  const value = global.init === null ? zeroValue(cx, global.type) : expression(cx, global.init);
  return value.kind === 'memory'
    ? { kind: 'memory', addr: value.addr, exact: true }
    : { kind: 'value', value };
}

/** The symbol of a package variable, which is made when it is first used. */
function globalSymbol(module: ModuleContext, global: TGlobal): string {
  const before = module.globals.get(global.name);
  if (before !== undefined) return before.name;
  const made = globalData(module, global);
  module.globals.set(global.name, made);
  return made.name;
}

export function globalData(module: ModuleContext, global: TGlobal): Global {
  const size = sizeof(global.type);
  const bytes = new Uint8Array(size);
  if (global.init !== null) encode(bytes, 0, global.init, module.target.endian);
  const zero = bytes.every((b) => b === 0);
  const section = global.config ? '.rodata' : zero ? '.bss' : '.data';
  return {
    name: freshSymbol(module, global.name),
    section,
    size,
    align: alignof(global.type),
    init: section === '.bss' ? new Uint8Array() : bytes,
  };
}

/** Writes a constant initialiser into the bytes. */
export function encode(bytes: Uint8Array, offset: number, x: TExpr, endian: 'little' | 'big'): void {
  switch (x.kind) {
    case 'const': {
      const value =
        x.value.kind === 'int' ? x.value.value : x.value.kind === 'bool' && x.value.value ? 1n : 0n;
      const size = sizeof(x.type);
      for (let i = 0; i < size; i++) {
        const at = endian === 'little' ? i : size - 1 - i;
        bytes[offset + at] = Number((value >> BigInt(8 * i)) & 0xffn);
      }
      return;
    }
    case 'composite':
      for (const { index, value } of x.elements)
        encode(bytes, offset + partOffset(x.type, index), value, endian);
      return;
    case 'convert':
      encode(bytes, offset, { ...x.x, type: x.type }, endian);
      return;
    case 'nil':
      return;
    default:
      unreachable(`an initialiser that is a ${x.kind}`);
      return;
  }
}

/** Variables that no program uses are the loader's too: they have their place in the object. */
export function globalPlacement(module: ModuleContext): void {
  if (!module.target.sections) return;
  for (const global of module.program.globals) if (isPlain(global.type)) globalSymbol(module, global);
}
