/** The program of a route: it counts its calls in the array `Hits`. */

import { programRow } from '../../src/bpf/programs.ts';
import { compile } from '../../src/compile.ts';
import { must } from '../../src/base/assert.ts';
import type { Route } from './table.ts';

function source({ section, sockets }: Route): string {
  const { row } = must(programRow(section), section);
  const context = row.context === null ? '*[64]uint8' : `*bpf.${row.context}`;
  const map = sockets === true ? 'var Sockets = bpf.SockMap{MaxEntries: 4}\n' : '';
  const result = row.resultType === null ? 'int32' : `bpf.${row.resultType}`;
  return `package main

import "bpfc/sdk/bpf"

var Hits = bpf.Array[uint64]{MaxEntries: 1}
${map}
//bpf:attach ${section}
func Count(ctx ${context}) ${result} {
	if n := Hits.Lookup(0); n != nil {
		*n++
	}
	return ${row.defaultResult}
}
`;
}

/** The object of a route's program, or why there is none. */
export function objectOf(route: Route): Uint8Array | string {
  const { artifact, diagnostics } = compile({
    files: [{ name: 'route.go', text: source(route) }],
    options: { emit: 'object', targetKernel: route.kernel === '7.3' ? '7.3' : '6.12' },
  });
  if (artifact instanceof Uint8Array) return artifact;
  return diagnostics.map((d) => `${d.code}: ${d.message}`).join('; ');
}
