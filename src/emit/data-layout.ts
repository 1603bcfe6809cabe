/**
 * Where package variables lie: those of one section behind each other in the order of their declaration, each aligned.
 *
 *     a uint8, b uint64 in .data   →   .data: 16 bytes, a at 0, b at 8
 *
 * One layout for objects and for load plans, so that both show the verifier the same offsets.
 */

import { must } from '../base/assert.ts';
import type { Global } from '../ir/ir.ts';

export type DataSectionName = '.data' | '.rodata' | '.bss';

export interface DataSection {
  readonly name: DataSectionName;
  readonly globals: readonly Global[];
  /** First bytes; all zero in .bss. */
  readonly bytes: Uint8Array;
  readonly align: number;
}

export interface Place {
  readonly section: DataSectionName;
  readonly offset: number;
}

export interface DataLayout {
  /** Those that have variables. */
  readonly sections: readonly DataSection[];
  /** By the variable's name. */
  readonly place: ReadonlyMap<string, Place>;
}

const sectionNames: readonly DataSectionName[] = ['.data', '.rodata', '.bss'];

export function layoutData(globals: readonly Global[]): DataLayout {
  const place = new Map<string, Place>();
  const sections = sectionNames.flatMap((name): readonly DataSection[] => {
    const list = globals.filter((g) => g.section === name);
    let size = 0;
    for (const g of list) {
      const offset = Math.ceil(size / g.align) * g.align;
      place.set(g.name, { section: name, offset });
      size = offset + g.size;
    }
    const bytes = new Uint8Array(size);
    for (const g of list) bytes.set(g.init, must(place.get(g.name), g.name).offset);
    return list.length === 0
      ? []
      : [{ name, globals: list, bytes, align: Math.max(...list.map((g) => g.align), 1) }];
  });
  return { sections, place };
}
