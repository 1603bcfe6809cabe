/** `bpfc gen kernel NAME…`: partial kernel structs in Go, from the running kernel's types or those of a file. */

import { kernelStructs, NoSuchType } from '../emit/go-kernel.ts';
import { type Btf, readBtf } from '../object/btf-read.ts';
import { MalformedError } from '../object/bytes.ts';
import { isElf, readElf } from '../object/elf-read.ts';
import { type Args, UsageError } from './args.ts';
import { packageName } from './compile.ts';
import { checkOutput, FileError, readBytes, writeOutput } from './files.ts';

const running = '/sys/kernel/btf/vmlinux';

/** BTF by itself, or an ELF file's. */
function typesOf(path: string): Btf {
  const bytes = readBytes(path);
  try {
    if (!isElf(bytes)) return readBtf(bytes);
    const section = readElf(bytes).sections.find((s) => s.name === '.BTF');
    if (section === undefined) throw new FileError(`${path} has no types: there is no section .BTF`);
    return readBtf(section.data);
  } catch (error) {
    if (error instanceof MalformedError || error instanceof RangeError)
      throw new FileError(`${path}: ${error.message}`);
    throw error;
  }
}

export function genCommand(args: Args): number {
  const [what, ...names] = args.files;
  if (what !== 'kernel')
    throw new UsageError(`bpfc gen makes kernel structs: bpfc gen kernel NAME…, not '${what ?? ''}'`);
  if (names.length === 0)
    throw new UsageError('bpfc gen kernel needs names: task_struct, or task_struct.mm.map_count');
  const output = args.values.get('output') ?? '-';
  const source = args.values.get('btf') ?? running;
  checkOutput(output, args.values.has('btf') ? [source] : []);
  const goPackage = packageName(args.values.get('package')) ?? 'kernel';
  try {
    writeOutput(output, kernelStructs(typesOf(source), names, goPackage));
    return 0;
  } catch (error) {
    if (error instanceof NoSuchType) throw new FileError(`${source}: ${error.message}`);
    throw error;
  }
}
