/** The map type table: one row per kernel map type, with the SDK's generic type for it. */

export interface MapRow {
  /** BPF_MAP_TYPE_ number. */
  readonly id: number;
  /** Name of the SDK's generic type: `HashMap`. */
  readonly sdk: string;
  /** What its type parameters are. */
  readonly params: readonly ('key' | 'value' | 'inner' | 'program')[];
  /** Size of the key when the type fixes it (4 for arrays), else null. */
  readonly keySize: number | null;
  /** Size of the value when the type fixes it, else null. */
  readonly valueSize: number | null;
  /** BPF_F_ flags that the type always needs. */
  readonly flags: number;
  /** May `//bpf:map KIND N` declare it with Go's map type? */
  readonly goMap: boolean;
  readonly since: string;
}

export const maps = {
  hash: { id: 1, sdk: 'HashMap', params: ['key', 'value'], keySize: null, valueSize: null, flags: 0, goMap: true, since: '3.19' },
  array: { id: 2, sdk: 'Array', params: ['value'], keySize: 4, valueSize: null, flags: 0, goMap: true, since: '3.19' },
} as const satisfies Record<string, MapRow>;

export type MapTypeName = keyof typeof maps;
