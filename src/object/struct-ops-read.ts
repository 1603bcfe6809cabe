/**
 * Tables of functions for the kernel in an object: the variables of `.struct_ops.link` and `.struct_ops`.
 *
 *     VAR Reno → STRUCT 'tcp_congestion_ops' { ssthresh, … }   →   { name: 'Reno', struct: 'tcp_congestion_ops', link: true, … }
 */

import { type Btf, sizeOfType, skipModifiers } from './btf-read.ts';
import { MalformedError } from './bytes.ts';
import type { ElfObject } from './elf-read.ts';

export interface ObjectStructOps {
  readonly name: string;
  /** The kernel's name of the struct. */
  readonly struct: string;
  /** It takes effect by a link. */
  readonly link: boolean;
  readonly members: readonly StructOpsMember[];
}

export interface StructOpsMember {
  readonly name: string;
  readonly data: Uint8Array;
  /** The program that the member points to, or null. */
  readonly program: string | null;
}

const sections = { '.struct_ops.link': true, '.struct_ops': false } as const;

export function structOpsTables(elf: ElfObject, btf: Btf | null): readonly ObjectStructOps[] {
  return Object.entries(sections).flatMap(([name, link]): readonly ObjectStructOps[] => {
    const section = elf.sections.find((s) => s.name === name);
    if (section === undefined) return [];
    const described = btf?.types.find((t) => t?.kind === 'datasec' && t.name === name);
    if (btf === null || described?.kind !== 'datasec')
      throw new MalformedError(`BTF describes no section ${name}`);
    return described.vars.map(({ type }) => {
      const variable = btf.types[type];
      const struct = variable?.kind === 'var' ? skipModifiers(btf, variable.type) : null;
      if (variable?.kind !== 'var' || struct?.kind !== 'struct')
        throw new MalformedError(`${name} holds something that is no struct`);
      const start = elf.symbols.find((s) => s.section === section.index && s.name === variable.name)?.value;
      if (start === undefined) throw new MalformedError(`${variable.name} has no symbol`);
      const members = struct.members.map((m): StructOpsMember => {
        const at = start + m.bitOffset / 8;
        const target = section.relocations.find((r) => r.offset === at);
        const data = section.data.subarray(at, at + sizeOfType(btf, m.type));
        return { name: m.name, data, program: target?.symbol.name ?? null };
      });
      return { name: variable.name, struct: struct.name, link, members };
    });
  });
}
