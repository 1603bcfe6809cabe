/** Tries routes on the kernel it finds itself on: `node visitor.mjs ROUTES.json > VISITED.json`. */

import { readFileSync } from 'node:fs';
import { openSystem } from '../../src/kernel/system.ts';
import type { Route } from './table.ts';
import { prepareMachine, type Visited, visit } from './visit.ts';

export interface Wanted {
  readonly route: Route;
  /** In hexadecimal. */
  readonly object: string;
}

const wanted: readonly Wanted[] = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const probe = await openSystem();
if (!probe.available) throw new Error(probe.why);
prepareMachine();
const visited: Visited[] = [];
for (const { route, object } of wanted) {
  const why = await visit(probe.system, route, new Uint8Array(Buffer.from(object, 'hex')));
  visited.push({ section: route.section, egress: route.egress === true, why });
}
process.stdout.write(JSON.stringify(visited));
