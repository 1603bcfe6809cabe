/** `bpfc helpers [NAME]`: the helper table, or one helper with who may call it. */

import { suggest } from '../base/suggest.ts';
import {
  type HelperName,
  helperByGoName,
  helperGoName,
  helperNames,
  helperPrograms,
  helperSignature,
  helpers,
  isHelperName,
} from '../bpf/helpers.ts';
import { type Args, UsageError } from './args.ts';
import { writeText } from './files.ts';
import { table } from './output.ts';

/** A helper by its Go name, its kernel name, or its number. */
function find(word: string): HelperName {
  const bare = word.replace(/^(bpf_|bpf\.|BPF_FUNC_)/, '');
  if (isHelperName(bare)) return bare;
  const byGo = helperByGoName(bare);
  if (byGo !== null) return byGo;
  const byNumber = helperNames().find((name) => String(helpers[name].id) === bare);
  if (byNumber !== undefined) return byNumber;
  const near = suggest(bare, [...helperNames(), ...helperNames().map(helperGoName)]);
  throw new UsageError(`there is no helper ${word}${near === null ? '' : `; did you mean ${near}?`}`);
}

function describe(name: HelperName): string {
  const row = helpers[name];
  const programs = helperPrograms(name);
  return [
    `bpf.${helperGoName(name)}: ${row.doc}`,
    '',
    table([
      ['C', helperSignature(name)],
      ['number', String(row.id)],
      ['first kernel', row.since],
      ['licence', row.gpl ? 'GPL-compatible programs only' : 'any'],
      ['packet pointers', row.movesPacket ? 'dead after the call' : 'stay valid'],
      ['programs', programs.join(', ')],
    ]).trimEnd(),
    '',
  ].join('\n');
}

export function helpersCommand(args: Args): number {
  if (args.files.length > 1) throw new UsageError('bpfc helpers takes one name, or none');
  const word = args.files[0];
  if (word !== undefined) {
    const name = find(word);
    const json = {
      name,
      go: helperGoName(name),
      signature: helperSignature(name),
      ...helpers[name],
      programs: helperPrograms(name),
    };
    writeText(1, args.values.has('json') ? `${JSON.stringify(json, null, 2)}\n` : describe(name));
    return 0;
  }
  if (args.values.has('json')) {
    writeText(
      1,
      `${JSON.stringify(
        helperNames().map((name) => ({ name, go: helperGoName(name), ...helpers[name] })),
        null,
        2,
      )}\n`,
    );
    return 0;
  }
  const rows = helperNames().map((name) => {
    const row = helpers[name];
    return [String(row.id), `bpf.${helperGoName(name)}`, row.gpl ? 'GPL' : '', row.since, row.doc];
  });
  writeText(1, table([['number', 'name', '', 'since', 'does'], ...rows]));
  return 0;
}
