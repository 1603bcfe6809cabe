/**
 * What can be seen of a run, as one line of text, the same whoever ran it:
 *
 *     ret=0 ctx=0100… maps=[m4:00000000=05000000;] log=[t7 12]
 */

import type { MapVariable } from './state.ts';
import { toHex } from '../../src/kernel/plan.ts';

export interface MapContent {
  readonly name: string;
  /** Keys and values in hexadecimal. */
  readonly entries: readonly (readonly [string, string])[];
}

export interface Observation {
  /** The low 32 bits, signed. */
  readonly ret: number;
  readonly context: Uint8Array;
  readonly maps: readonly MapContent[];
  /** null: whoever ran it could not see the log. */
  readonly log: readonly string[] | null;
}

const mapText = ({ name, entries }: MapContent): string =>
  `${name}:${entries
    .map(([key, value]) => `${key}=${value};`)
    .sort()
    .join('')}`;

/** The line, and the same without the log. */
export function observed({ ret, context, maps, log }: Observation): {
  readonly line: string;
  readonly short: string;
} {
  const short = `ret=${ret} ctx=${toHex(context)} maps=[${maps.map(mapText).join(' ')}]`;
  return { short, line: log === null ? short : `${short} log=[${log.join('|')}]` };
}

/** Agreement, where one of them may not know the log. */
export const agrees = (expected: string, got: string): boolean =>
  expected === got || (!got.includes(' log=[') && expected.startsWith(`${got} log=[`));

/** Arrays show every value, and none is a value of zeros. */
export const isArray = (map: MapVariable): boolean => map.kind === 'Array';
