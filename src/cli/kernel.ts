/** What the commands that need the kernel share: the way to it, and programs as objects. */

import { compile, type CompileResult } from '../compile.ts';
import { openSystem, KernelError, type System } from '../kernel/system.ts';
import { type BpfObject, readBpfObject } from '../object/bpf-object.ts';
import { MalformedError } from '../object/bytes.ts';
import { isElf } from '../object/elf-read.ts';
import { type Args, UsageError } from './args.ts';
import { compileOptions } from './compile.ts';
import { FileError, readBytes } from './files.ts';
import { showDiagnostics } from './output.ts';
import { gather } from './sources.ts';

/** How to get what `openSystem` misses, by a word of its reason. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/root/, 'run it with sudo, or as root in a container with CAP_BPF and CAP_SYS_ADMIN'],
  [/koffi/, 'npm install koffi'],
  [/Linux$/, 'use bpfc exec --vm, which needs no kernel, or a Linux machine'],
  [/proc/, 'mount -t proc proc /proc'],
  [/EPERM/, 'the container or kernel.unprivileged_bpf_disabled forbids bpf(2): run on the host as root'],
];

/** The running kernel, or an error that says what is missing and how to get it. */
export async function needKernel(command: string): Promise<System> {
  const probe = await openSystem();
  if (probe.available) return probe.system;
  const remedy = remedies.find(([pattern]) => pattern.test(probe.why))?.[1];
  throw new FileError(
    `bpfc ${command} needs the kernel, but ${probe.why}${remedy === undefined ? '' : `; ${remedy}`}`,
  );
}

/** What the kernel or an object file refuses is the user's to know, not a bug. */
export async function reportingKernelErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof KernelError || error instanceof MalformedError) throw new FileError(error.message);
    throw error;
  }
}

export interface Loadable {
  readonly object: BpfObject;
  /** null for an object file. */
  readonly compiled: CompileResult | null;
}

function compiled(args: Args): Loadable | null {
  const options = compileOptions(args);
  const result = compile({ ...gather(args.files), options: { ...options, emit: 'object' } });
  const failed = showDiagnostics(result.diagnostics, result.files, args);
  if (failed || !(result.artifact instanceof Uint8Array)) return null;
  return { object: readBpfObject(result.artifact), compiled: result };
}

/** The files of the command line as an object; null after errors, which have been shown. */
export function loadable(args: Args): Loadable | null {
  const [first, ...more] = args.files;
  if (first === undefined) throw new UsageError(`no input files; see bpfc ${args.command} --help`);
  if (first.endsWith('.go') || first === '-') return compiled(args);
  if (more.length > 0) throw new UsageError(`bpfc ${args.command} takes one object file`);
  const bytes = readBytes(first);
  if (!isElf(bytes)) throw new FileError(`${first} is neither a .go file nor an ELF object`);
  return { object: readBpfObject(bytes), compiled: null };
}
