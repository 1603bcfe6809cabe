/**
 * What an object leaves to its loader: undefined symbols, described in BTF's data sections `.ksyms` (functions of the
 * kernel that are called) and `.kconfig` (values of its configuration).
 *
 *     call kfunc bpf_iter_num_new   →   symbol bpf_iter_num_new undefined, FUNC extern in DATASEC '.ksyms'
 *     CONFIG_HZ in .kconfig         →   symbol CONFIG_HZ undefined, VAR extern in DATASEC '.kconfig'
 */

import type { TGlobal, TProgram } from '../ast/typed.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import { sdkPath } from '../check/types.ts';
import type { Global } from '../ir/ir.ts';
import type { BtfId } from '../object/btf.ts';
import type { ElfSymbol } from '../object/elf.ts';
import type { GoBtf } from './go-btf.ts';

export interface ExternInput {
  readonly btf: GoBtf;
  readonly funcs: readonly MFunc<PReg>[];
  readonly globals: readonly Global[];
  readonly program: TProgram | null;
}

const undefinedSymbol = (name: string, binding: ElfSymbol['binding']): ElfSymbol => ({
  name,
  type: 'notype',
  binding,
  section: null,
  value: 0,
  size: 0,
});

/** The symbols; their types are added to `btf`. */
export function externSymbols(input: ExternInput): readonly ElfSymbol[] {
  return [...kernelFunctions(input), ...configuration(input)];
}

function section(btf: GoBtf, name: string, types: readonly BtfId[], sizes: readonly number[]): void {
  if (types.length === 0) return;
  const vars = types.map((type, i) => ({ type, offset: 0, size: sizes[i] ?? 0 }));
  btf.builder.add({ kind: 'datasec', name, size: 0, vars });
}

function kernelFunctions({ btf, funcs, program }: ExternInput): readonly ElfSymbol[] {
  const insts = funcs.flatMap((f) => f.blocks.flatMap((b) => b.body));
  const names = [...new Set(insts.flatMap(({ sym }) => (sym?.kind === 'kfunc' ? [sym.name] : [])))];
  const types = names.map((name) =>
    btf.kernelFunction(name, program?.funcs.find((f) => f.kfunc === name) ?? null),
  );
  section(btf, '.ksyms', types, []);
  return names.map((name) => undefinedSymbol(name, 'global'));
}

function configuration({ btf, globals, program }: ExternInput): readonly ElfSymbol[] {
  const values = globals.filter((g) => g.section === '.kconfig');
  const types = values.map((g) => {
    const asker = configurationAsker(program?.globals ?? [], g.name);
    const declared = asker?.type.kind === 'named' ? asker.type.typeArgs[0] : undefined;
    const type = declared === undefined ? btf.bytes(g.size) : btf.type(declared);
    return btf.builder.add({ kind: 'var', name: g.name, type, linkage: 'extern' });
  });
  section(
    btf,
    '.kconfig',
    types,
    values.map((g) => g.size),
  );
  return values.map((g) => undefinedSymbol(g.name, g.weak === true ? 'weak' : 'global'));
}

/** The variable that asks for a value of the configuration. */
export function configurationAsker(globals: readonly TGlobal[], name: string): TGlobal | null {
  for (const global of globals) {
    const { type, init } = global;
    if (type.kind !== 'named' || type.pkg !== sdkPath || type.name !== 'Kconfig') continue;
    const asks =
      init?.kind === 'composite' &&
      init.elements.some(
        ({ value }) => value.kind === 'const' && value.value.kind === 'string' && value.value.value === name,
      );
    if (asks) return global;
  }
  return null;
}
