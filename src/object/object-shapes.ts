/**
 * What an object's maps and package variables hold, as shapes.
 *
 *     shapesOf(object).maps.get('hits')         // { key: int of 4 bytes, value: struct …, indexed: false }
 *     shapesOf(object).variables.get('limit')   // { section: '.rodata', offset: 8, shape: … }
 */

import type { BpfObject } from './bpf-object.ts';
import type { ObjectMap } from './object-map-read.ts';
import { fromJson, type Json, type Shape, ShapeError, shapeOfBtf, toJson } from './shape.ts';

export interface MapShape {
  readonly key: Shape;
  readonly value: Shape;
  /** Keys are indexes from 0. */
  readonly indexed: boolean;
}

export interface VariableShape {
  readonly section: string;
  readonly offset: number;
  readonly shape: Shape;
}

export interface ObjectShapes {
  readonly maps: ReadonlyMap<string, MapShape>;
  readonly variables: ReadonlyMap<string, VariableShape>;
}

/** BPF_MAP_TYPE_ numbers of the array family. */
const indexedTypes: readonly number[] = [2, 3, 4, 6, 7, 8, 12];

/** Types of ring and perf buffers, whose events the object does not describe. */
const index: Shape = { kind: 'int', size: 4, signed: false, bool: false };

function mapShape(object: BpfObject, map: ObjectMap, event: Shape | undefined): MapShape {
  const bytes = (size: number): Shape => ({ kind: 'bytes', size });
  const shape = (type: number, size: number): Shape =>
    object.btf === null || type === 0 ? bytes(size) : shapeOfBtf(object.btf, type, size);
  const indexed = indexedTypes.includes(map.type);
  return {
    key: indexed ? index : shape(map.keyType, map.keySize),
    value: event ?? shape(map.valueType, map.valueSize),
    indexed,
  };
}

function variables(object: BpfObject): ReadonlyMap<string, VariableShape> {
  const out = new Map<string, VariableShape>();
  const { btf } = object;
  if (btf === null) return out;
  for (const map of object.maps) {
    if (map.content === null) continue;
    const section = btf.types[map.valueType];
    if (section?.kind !== 'datasec') continue;
    for (const { type, offset, size } of section.vars) {
      const variable = btf.types[type];
      if (variable?.kind !== 'var') continue;
      out.set(variable.name, { section: map.name, offset, shape: shapeOfBtf(btf, variable.type, size) });
    }
  }
  return out;
}

/** `events`: values of maps that the object does not describe, ring buffers above all. */
export function shapesOf(object: BpfObject, events: ReadonlyMap<string, Shape> = new Map()): ObjectShapes {
  return {
    maps: new Map(
      object.maps
        .filter((m) => m.content === null)
        .map((m) => [m.name, mapShape(object, m, events.get(m.name))]),
    ),
    variables: variables(object),
  };
}

export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** Copies for every processor, each rounded up to 8 bytes, are a list. */
function valueToJson(shape: Shape, bytes: Uint8Array, little: boolean): Json {
  const stride = Math.ceil(shape.size / 8) * 8;
  if (bytes.length === shape.size || bytes.length % stride !== 0) return toJson(shape, bytes, little);
  return Array.from({ length: bytes.length / stride }, (_, i) =>
    toJson(shape, bytes.subarray(i * stride, i * stride + shape.size), little),
  );
}

/** A map's entries: an array by index, or `{ key, value }` each. */
export function entriesToJson(shape: MapShape, entries: readonly Entry[], little = true): Json {
  return entries.map(([key, value]) => {
    const shown = valueToJson(shape.value, value, little);
    return shape.indexed ? shown : { key: toJson(shape.key, key, little), value: shown };
  });
}

/** An event by its shape; bytes where none is known. */
export const eventJson = (shape: Shape | undefined, data: Uint8Array): Json =>
  toJson(shape === undefined || shape.size === 0 ? { kind: 'bytes', size: data.length } : shape, data);

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The key and value of one element of a JSON list. */
function pair(item: Json, i: number, indexed: boolean, path: string): readonly [Json, Json] {
  if (isObject(item) && 'key' in item && 'value' in item && Object.keys(item).length === 2)
    return [item.key ?? null, item.value ?? null];
  if (indexed) return [i, item];
  const [key, value] = Array.isArray(item) ? item : [];
  if (key === undefined || value === undefined)
    throw new ShapeError(`${path}[${i}] must be {"key": …, "value": …}`);
  return [key, value];
}

/**
 * Entries from JSON: a list of `{ key, value }` (or of values, for arrays), or an object whose names are the keys where
 * these are numbers or texts.
 */
export function entriesFromJson(shape: MapShape, json: Json, path: string, little = true): readonly Entry[] {
  const pairs = Array.isArray(json)
    ? json.map((item: Json, i) => pair(item, i, shape.indexed, path))
    : isObject(json)
      ? Object.entries(json)
      : null;
  if (pairs === null) throw new ShapeError(`${path} must be a list or an object`);
  return pairs.map(([key, value]) => [
    fromJson(shape.key, key, `${path} key`, little),
    fromJson(shape.value, value, `${path}[${JSON.stringify(key)}]`, little),
  ]);
}
