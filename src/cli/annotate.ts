/**
 * The raw verifier log with the Go line before each instruction that begins one, for kernels whose logs have none.
 *
 *     ; v := hits.Lookup(key) @ filter.go:9
 *     4: (85) call bpf_map_lookup_elem#1
 */

import type { ObjectLine } from '../object/bpf-object.ts';

export function annotate(log: string, lines: readonly ObjectLine[]): string {
  const at = new Map(lines.map((l) => [l.slot, l]));
  if (/^; .* @ \S+:\d+$/m.test(log)) return log;
  let shown: ObjectLine | null = null;
  return log
    .split('\n')
    .flatMap((line) => {
      if (/^; /.test(line) && lines.length > 0) return [];
      const slot = /^(\d+): \([0-9a-f]{2}\)/.exec(line)?.[1];
      const info = slot === undefined ? undefined : at.get(Number(slot));
      if (info === undefined || info === shown) return [line];
      shown = info;
      return [`; ${info.text} @ ${info.file}:${info.line}`, line];
    })
    .join('\n');
}
