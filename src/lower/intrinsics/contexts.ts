/**
 * Fields of program contexts (`ctx.Mark`): places with the offset and width of the kernel's layout.
 */

import type { TFieldSel } from '../../ast/typed.ts';
import type { Context } from '../context.ts';
import type { Place } from '../places.ts';

/** The place of a context field, or null if the selector is no context field. */
export function fieldPlace(_cx: Context, _x: TFieldSel): Place | null {
  return null;
}
