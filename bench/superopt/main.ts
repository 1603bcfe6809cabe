/**
 * The rule finder: less code for short runs of arithmetic in our own output, proved by the prover of the peephole rules.
 *
 *     npx tsx bench/superopt/main.ts                  # windows of the suite and the golden programs
 *     npx tsx bench/superopt/main.ts l4lb udpecho     # of these programs of the suite
 *
 * Prints each find with the programs that it comes from and how many windows were exhausted without one. What is worth
 * it is written down by hand as a named rule with holes for its numbers.
 */

import { readdirSync } from 'node:fs';
import { proveMachine } from '../../passes/rules/prove-machine.ts';
import { loadZ3 } from '../../passes/rules/z3-algebra.ts';
import { gather } from '../../src/cli/sources.ts';
import { compile } from '../../src/compile.ts';
import type { MFunc, PReg } from '../../src/bpf/minst.ts';
import { programFolder } from '../compilers.ts';
import { suite } from '../suite.ts';
import { search } from './search.ts';
import { lettered, registersOf, windowsOf } from './windows.ts';

const names = process.argv.slice(2);
const golden = 'golden/programs';
const paths =
  names.length > 0
    ? names.map((name) => `${programFolder}/${name}.go`)
    : [
        ...suite.map(({ name }) => `${programFolder}/${name}.go`),
        ...readdirSync(golden)
          .filter((name) => name.endsWith('.go'))
          .map((name) => `${golden}/${name}`),
      ];

function functionsOf(path: string): readonly { readonly program: string; readonly func: MFunc<PReg> }[] {
  const program = path.replace(/^.*\/(\w+)\.go$/, '$1');
  return (['2', 's'] as const).flatMap((optimize) => {
    const { machine } = compile({ ...gather([path]), options: { emit: 'object', optimize } });
    return (machine?.funcs ?? []).map((func) => ({ program, func }));
  });
}

const windows = windowsOf(paths.flatMap(functionsOf));
const { z } = await loadZ3();
let finds = 0;
for (const window of windows) {
  const registers = registersOf(window.insts);
  for (const code of search(window, 3)) {
    const after = lettered(code, registers);
    const name = `${window.before} ⇒ ${after}`;
    const distinct = registers.flatMap((_, x) =>
      registers.flatMap((__, y) => (x < y ? [String.fromCharCode(65 + x, 65 + y)] : [])),
    );
    const problem = await proveMachine(z, {
      name,
      before: window.before,
      after,
      dead: window.dead,
      distinct,
      example: ['', ''],
    });
    if (problem !== null) continue;
    finds++;
    const dead = window.dead === '' ? '' : `, ${window.dead} dead`;
    process.stdout.write(`${name}${dead}   (${window.programs.join(', ')})\n`);
    break;
  }
}
process.stdout.write(`${finds} finds in ${windows.length} windows; the others are exhausted\n`);
process.exit(0);
