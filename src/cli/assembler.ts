/** `bpfc asm` and `bpfc disasm`: exact inverses. */

import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { assembleText, disassemble } from '../emit/asm.ts';
import { disassembleObject } from '../emit/disassemble.ts';
import { fromHex, toHex } from '../emit/hex.ts';
import { MalformedError } from '../object/bytes.ts';
import { isElf } from '../object/elf-read.ts';
import { type Args, UsageError } from './args.ts';
import { checkOutput, FileError, readBytes, readText, writeOutput } from './files.ts';
import { showDiagnostics } from './output.ts';

function oneFile(args: Args): string {
  const path = args.files[0];
  if (path === undefined || args.files.length > 1)
    throw new UsageError(`bpfc ${args.command} takes one file`);
  return path;
}

const endianOf = (args: Args): 'little' | 'big' => (args.values.get('endian') === 'big' ? 'big' : 'little');

export function asmCommand(args: Args): number {
  const path = oneFile(args);
  const output = args.values.get('output') ?? '-';
  checkOutput(output, [path]);
  const emit = args.values.get('emit') ?? (output.endsWith('.hex') || output === '-' ? 'hex' : 'bytecode');
  if (emit !== 'hex' && emit !== 'bytecode')
    throw new UsageError(`bpfc asm makes bytecode or hex, not ${emit}`);
  const file = sourceFile(0, path === '-' ? 'stdin.s' : path, readText(path));
  const diagnostics = new Diagnostics();
  const bytes = assembleText(file, endianOf(args), diagnostics);
  if (showDiagnostics(diagnostics.list, [file], args) || bytes === null) return 1;
  writeOutput(output, emit === 'hex' ? toHex(bytes) : bytes);
  return 0;
}

function disassembleElf(raw: Uint8Array, path: string, output: string, args: Args): number {
  const diagnostics = new Diagnostics();
  try {
    const text = disassembleObject(raw, diagnostics);
    if (showDiagnostics(diagnostics.list, [], args) || text === null) return 1;
    writeOutput(output, text);
    return 0;
  } catch (error) {
    if (error instanceof MalformedError) throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

export function disasmCommand(args: Args): number {
  const path = oneFile(args);
  const output = args.values.get('output') ?? '-';
  checkOutput(output, [path]);
  const raw = readBytes(path);
  if (isElf(raw)) return disassembleElf(raw, path, output, args);
  const bytes = path.endsWith('.hex') ? fromHex(new TextDecoder().decode(raw)) : raw;
  if (bytes === null) throw new FileError(`${path} holds something else than hexadecimal digits`);
  const diagnostics = new Diagnostics();
  const text = disassemble(bytes, endianOf(args), diagnostics);
  if (showDiagnostics(diagnostics.list, [], args) || text === null) return 1;
  writeOutput(output, text);
  return 0;
}
