/**
 * Measures on the running kernel which program types may call which helpers, for scripts/gen-helpers.ts.
 *
 *     npx tsx scripts/measure-helpers.ts > measured-6.12.json
 *
 * Under another kernel: bundle it (esbuild, koffi left out) and start it with scripts/kernel-vm.ts.
 */

import { openSystem } from '../src/kernel/system.ts';
import { measureHelpers } from './tables/helpers.ts';
import { openProbe } from './tables/probe.ts';

const opened = await openSystem();
if (!opened.available) throw new Error(opened.why);
process.stdout.write(`${JSON.stringify(measureHelpers(openProbe(opened.system)), null, 1)}\n`);
