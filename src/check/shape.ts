/**
 * The shape of a Go type's values, for reading and writing them as JSON.
 *
 *     type Event struct { PID uint32; Comm [16]byte }   →   { kind: 'struct', size: 20, fields: [PID at 0, Comm at 4] }
 */

import type { Type } from '../ast/types.ts';
import type { Shape } from '../object/shape.ts';
import { sizeof, structLayout } from './layout.ts';
import { under } from './types.ts';

const signed: readonly string[] = ['int', 'int8', 'int16', 'int32', 'int64'];

export function shapeOf(type: Type): Shape {
  const u = under(type);
  const size = sizeof(type);
  switch (u.kind) {
    case 'basic':
      return u.name === 'string'
        ? { kind: 'bytes', size }
        : { kind: 'int', size, signed: signed.includes(u.name), bool: u.name === 'bool' };
    case 'array':
      return { kind: 'array', size, element: shapeOf(u.elem), count: u.length };
    case 'struct': {
      const { offsets } = structLayout(u);
      const fields = u.fields.flatMap((f, i) =>
        f.name === '_' ? [] : [{ name: f.name, offset: offsets[i] ?? 0, shape: shapeOf(f.type) }],
      );
      return { kind: 'struct', size, fields };
    }
    case 'pointer':
      return { kind: 'int', size, signed: false, bool: false };
    default:
      return { kind: 'bytes', size };
  }
}
