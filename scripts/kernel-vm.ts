/**
 * Run one command under another Linux kernel: a Debian kernel in qemu, emulated, over this machine's root file system.
 *
 *     npm run -s kernel-vm -- --kernel 5.10 -- uname -r
 *
 *     --kernel V     series X.Y, default 6.1
 *     --timeout S    seconds for boot and command together, default 120
 *     --share DIR    a folder that the command sees read-write, at the same path
 *     --verbose      tell on stderr which kernel ran and how long it took
 *
 * What the command writes elsewhere goes to memory and is dropped; /tmp and /run are empty. There is no standard
 * input and no network but lo. The exit status is the command's (128+N after signal N); 124 timed out; 125 the machine
 * did not start or crashed; 2 usage. Needs Debian 12 or newer on amd64, and root. Kernels are kept in
 * ${XDG_CACHE_HOME:-~/.cache}/bpfc/kernels. Environment: KERNEL_VM_MIRROR, KERNEL_VM_MEM (2G), KERNEL_VM_SMP (2),
 * KERNEL_VM_ACCEL (tcg), KERNEL_VM_APPEND (kernel parameters).
 */

import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runInKernel } from './kernel-vm/machine.ts';

const say = (message: string): void => void process.stderr.write(`kernel-vm: ${message}\n`);

function usage(message: string): never {
  say(message);
  say('usage: kernel-vm [--kernel X.Y] [--timeout S] [--share DIR] [--verbose] -- COMMAND [ARG...]');
  process.exit(2);
}

function options(argv: readonly string[]) {
  const end = argv.indexOf('--');
  const command = end < 0 ? [] : argv.slice(end + 1);
  if (command.length === 0) usage('no command after --');
  try {
    const { values } = parseArgs({
      args: argv.slice(0, end),
      options: {
        kernel: { type: 'string', default: '6.1' },
        timeout: { type: 'string', default: '120' },
        share: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    return { ...values, command };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { kernel, timeout, share, verbose, command } = options(process.argv.slice(2));
if (!/^\d+\.\d+$/.test(kernel)) usage(`${kernel} is no kernel series`);
if (!/^[1-9]\d*$/.test(timeout)) usage(`${timeout} is no number of seconds`);
if (share !== undefined && !statSync(share, { throwIfNoEntry: false })?.isDirectory())
  usage(`${share} is no folder`);
if (share !== undefined && /^\/(proc|sys|dev)(\/|$)|^\/$|,/.test(share)) usage(`${share} cannot be shared`);
if (process.getuid?.() !== 0) {
  say('needs root: file owners pass through');
  process.exit(125);
}

const result = await runInKernel({
  series: kernel,
  command,
  share: share ?? null,
  timeoutSeconds: Number(timeout),
  onStdout: (bytes) => void process.stdout.write(bytes),
  onStderr: (bytes) => void process.stderr.write(bytes),
  say,
}).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(125);
});

switch (result.kind) {
  case 'exited':
    if (verbose) {
      say(
        `${result.version}: command started after ${result.bootSeconds} s, ${result.seconds.toFixed(1)} s in all`,
      );
    }
    process.exitCode = result.status;
    break;
  case 'timed-out':
    say(`timed out after ${timeout} s`);
    process.exitCode = 124;
    break;
  case 'crashed':
    say(`the machine stopped without an exit status\n${result.console}`);
    process.exitCode = 125;
    break;
  default:
    result satisfies never;
}
