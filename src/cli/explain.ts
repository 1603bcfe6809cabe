/** `bpfc explain`: a verifier log in Go terms, or the page of a code. */

import { existsSync } from 'node:fs';
import { suggest } from '../base/suggest.ts';
import { compile } from '../compile.ts';
import { type ExplainContext, explainLog } from '../explain/explain.ts';
import { formatExplanation } from '../explain/format.ts';
import { parseLog } from '../explain/log.ts';
import { pageNames, pageOf } from '../explain/page.ts';
import { readBpfObject } from '../object/bpf-object.ts';
import { type Args, UsageError } from './args.ts';
import { FileError, readText, writeText } from './files.ts';
import { paintFor } from './output.ts';
import { gather } from './sources.ts';

/** What the sources tell: their lines, and the compiler's own map from instructions to lines. */
function sourceContext(path: string, program: string | null): ExplainContext {
  if (!path.endsWith('.go')) return { sources: new Map([[path, readText(path)]]) };
  const input = gather([path]);
  const sources = new Map(input.files.map((f) => [f.name, f.text]));
  const { artifact } = compile({ ...input, options: { emit: 'object' } });
  if (!(artifact instanceof Uint8Array)) return { sources };
  const { programs } = readBpfObject(artifact);
  const found = programs.length === 1 ? programs[0] : programs.find((p) => p.name === program);
  return found === undefined ? { sources } : { sources, lines: found.lines };
}

function explainText(text: string, args: Args): number {
  const source = args.values.get('source');
  const log = parseLog(text);
  const context = source === undefined ? {} : sourceContext(source, log.program);
  const explanation = explainLog(text, context);
  if (explanation.messages.length === 0 && explanation.instruction === null && log.processed === null)
    throw new FileError(
      'this is no verifier log: there are neither instructions nor messages of the kernel in it',
    );
  if (args.values.has('json')) writeText(1, `${JSON.stringify(explanation, null, 2)}\n`);
  else if (explanation.name === null && explanation.messages.length === 0 && log.processed !== null)
    writeText(1, `the kernel accepted the program after ${log.processed} instructions\n`);
  else writeText(1, `${formatExplanation(explanation, {}, paintFor(args))}\n`);
  return 0;
}

export function explainCommand(args: Args): number {
  const [name, ...more] = args.files;
  if (more.length > 0) throw new UsageError('bpfc explain takes one log or code');
  const page = name === undefined ? null : pageOf(name);
  if (page !== null) {
    writeText(1, page);
    return 0;
  }
  const path = name ?? '-';
  if (path !== '-' && !existsSync(path) && /^[a-z0-9-]+$/.test(path)) {
    const near = suggest(path, pageNames());
    throw new UsageError(
      `${path} is neither a code nor a file${near === null ? '' : `; did you mean ${near}?`}`,
    );
  }
  return explainText(readText(path), args);
}
