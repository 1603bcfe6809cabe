/** What a pass changed, for `--diff`: unified hunks with three lines of context. */

import { structuredPatch } from 'diff';

/** '' when the texts are equal. */
export function lineDiff(before: string, after: string): string {
  if (before === after) return '';
  const patch = structuredPatch('', '', before, after, '', '', { context: 3 });
  return patch.hunks
    .map((h) => `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@\n${h.lines.join('\n')}\n`)
    .join('');
}
