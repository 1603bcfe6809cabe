/**
 * The command `bpfc`. Exit status: 0 done; 1 the source was wrong, or an output could not be written; 2 usage;
 * 70 a bug in bpfc.
 */

import { type Args, commandHelp, generalHelp, parseArgs, UsageError } from './args.ts';
import { FileError, reason, writeText } from './files.ts';
import { DeepNesting } from './sources.ts';
import type { CommandName } from './spec.ts';
import { version } from './version.ts';

/** A command: gives the exit status. Each is imported only when it is called. */
type Command = (args: Args) => number | Promise<number>;

const table: Readonly<Record<CommandName, () => Promise<Command>>> = {
  compile: async () => (await import('./compile.ts')).compileCommand,
  check: async () => (await import('./compile.ts')).checkCommand,
  build: async () => (await import('./build.ts')).buildCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  run: async () => (await import('./run.ts')).runCommand,
  exec: async () => (await import('./exec.ts')).execCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  asm: async () => (await import('./assembler.ts')).asmCommand,
  disasm: async () => (await import('./assembler.ts')).disasmCommand,
  opt: async () => (await import('./opt.ts')).optCommand,
  passes: async () => (await import('./opt.ts')).passesCommand,
  helpers: async () => (await import('./helpers.ts')).helpersCommand,
  init: async () => (await import('./init.ts')).initCommand,
  gen: async () => (await import('./gen.ts')).genCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
};

async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === 'help') {
    writeText(argv.length === 0 ? 2 : 1, generalHelp());
    return argv.length === 0 ? 2 : 0;
  }
  const args = parseArgs(argv);
  if (args.values.has('version')) {
    writeText(1, `bpfc ${version}\n`);
    return 0;
  }
  if (args.values.has('help')) {
    writeText(
      1,
      args.command === 'compile' && !argv.includes('compile') ? generalHelp() : commandHelp(args.command),
    );
    return 0;
  }
  const command = await table[args.command]();
  return command(args);
}

function report(error: unknown): number {
  if (error instanceof UsageError || error instanceof FileError) {
    writeText(2, `bpfc: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  // The file system or the system refused what the command did not expect to be refused.
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    const path = 'path' in error ? ` ${String(error.path)}` : '';
    writeText(2, `bpfc: ${String(error.syscall)}${path}: ${reason(error)}\n`);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeText(2, `bpfc: this is a bug in bpfc, please report it with the input\n${text}\n`);
  return 70;
}

// A handler keeps an interrupt from ending the process between a temporary file and its renaming.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => process.exit(status));

/** Kilobytes; within the 8 MB that systems give a process. */
const largeStack = 3900;

/** The same command in a process with more stack; its exit status. */
async function runDeep({ stdin }: DeepNesting): Promise<number> {
  const { spawnSync } = await import('node:child_process');
  const options = [`--stack-size=${largeStack}`, ...process.execArgv, ...process.argv.slice(1)];
  const input = stdin === null ? {} : { input: stdin };
  const { status } = spawnSync(process.execPath, options, {
    stdio: [stdin === null ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    ...input,
  });
  return status ?? 70;
}

const main = (): Promise<number> =>
  run(process.argv.slice(2)).catch((error: unknown) => {
    if (error instanceof DeepNesting) return runDeep(error);
    throw error;
  });

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = report(error);
  },
);
