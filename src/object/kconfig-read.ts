/**
 * Values of the kernel's configuration that an object asks for: extern variables of the data section `.kconfig`, which
 * the loader lays out in a read-only map of that name.
 *
 *     DATASEC '.kconfig' { VAR CONFIG_HZ, VAR CONFIG_BPF }   →   CONFIG_HZ at 0, CONFIG_BPF at 4
 */

import { type Btf, sizeOfType } from './btf-read.ts';
import type { ElfObject } from './elf-read.ts';
import type { ObjectMap } from './object-map-read.ts';

export const kconfigSection = '.kconfig';

export interface ConfigValue {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Zero where the kernel has none; else it has to be there. */
  readonly weak: boolean;
}

export function configValues(elf: ElfObject, btf: Btf | null): readonly ConfigValue[] {
  const described = btf?.types.find((t) => t?.kind === 'datasec' && t.name === kconfigSection);
  if (btf === null || described?.kind !== 'datasec') return [];
  let end = 0;
  return described.vars.flatMap(({ type }) => {
    const variable = btf.types[type];
    if (variable?.kind !== 'var') return [];
    const size = sizeOfType(btf, variable.type);
    const offset = Math.ceil(end / size) * size;
    end = offset + size;
    const symbol = elf.symbols.find((s) => s.section === 0 && s.name === variable.name);
    return [{ name: variable.name, offset, size, weak: symbol?.binding === weakBinding }];
  });
}

const weakBinding = 2;
const arrayType = 2;
const readOnlyProgram = 1 << 7;

/** The map that holds them; none where there are no values. */
export function configMaps(values: readonly ConfigValue[]): readonly ObjectMap[] {
  const last = values.at(-1);
  if (last === undefined) return [];
  return [
    {
      name: kconfigSection,
      type: arrayType,
      keySize: 4,
      valueSize: last.offset + last.size,
      maxEntries: 1,
      flags: readOnlyProgram,
      keyType: 0,
      valueType: 0,
      inner: null,
      values: new Map(),
      content: null,
      readOnly: true,
    },
  ];
}
