/**
 * What the program declares its maps to hold where the object does not say it: events of ring buffers and of perf
 * event arrays.
 */

import type { TProgram } from '../ast/typed.ts';
import type { MapDecl } from '../bpf/maps.ts';
import { sizeof } from '../check/layout.ts';
import { shapeOf } from '../check/shape.ts';
import type { Shape } from '../object/shape.ts';
import { mapTypeOf, mapTypeRow, typedMaps } from './object-maps.ts';

export function eventShapes(maps: readonly MapDecl[], program: TProgram | null): ReadonlyMap<string, Shape> {
  const typed = typedMaps(maps, program);
  return new Map(
    maps.flatMap((map) => {
      const { operations } = mapTypeRow(map);
      if (!operations.includes('reserve') && !operations.includes('output')) return [];
      const type = mapTypeOf(map, typed.get(map.name), 'value');
      return type === null || sizeof(type) === 0 ? [] : [[map.name, shapeOf(type)] as const];
    }),
  );
}
