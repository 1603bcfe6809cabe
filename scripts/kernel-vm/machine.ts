/**
 * One command under another kernel: qemu emulates a machine whose root file system is this machine's, read only.
 *
 *     await runInKernel({ series: '6.1', command: ['uname', '-r'], … }) → { kind: 'exited', status: 0, … }
 *
 * The guest's stdout and stderr arrive byte for byte, without kernel messages between.
 */

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archive, file } from './cpio.ts';
import { commandScript, type GuestOptions, initScript, runScript } from './guest.ts';
import { type KernelImage, prepareKernel } from './image.ts';

export interface MachineOptions {
  readonly series: string;
  readonly command: readonly string[];
  readonly share: string | null;
  readonly timeoutSeconds: number;
  readonly onStdout: (bytes: Buffer) => void;
  readonly onStderr: (bytes: Buffer) => void;
  readonly say: (message: string) => void;
}

export type MachineResult =
  | {
      readonly kind: 'exited';
      readonly status: number;
      readonly version: string;
      readonly bootSeconds: number;
      readonly seconds: number;
    }
  | { readonly kind: 'timed-out' }
  /** With the last kernel messages. */
  | { readonly kind: 'crashed'; readonly console: string };

const kernelParameters = [
  'console=ttyS0 quiet loglevel=4 panic=-1 reboot=t',
  'mitigations=off tsc=reliable no_timer_check nokaslr audit=0 random.trust_cpu=on cryptomgr.notests lsm=landlock,bpf',
];

const emulator = 'qemu-system-x86_64';

/** Installs the emulator with apt when it is missing. */
function ensureEmulator(say: (message: string) => void): void {
  try {
    execFileSync(emulator, ['--version'], { stdio: 'ignore' });
  } catch {
    say('installing qemu-system-x86');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['-qq', 'install', '-y', '--no-install-recommends', 'qemu-system-x86'];
    execFileSync('apt-get', ['-qq', 'update'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

const ports = ['stdout', 'stderr', 'status'] as const;

function emulatorArguments(image: KernelImage, scratch: string, share: string | null): readonly string[] {
  const {
    KERNEL_VM_MEM: memory = '2G',
    KERNEL_VM_SMP: cpus = '2',
    KERNEL_VM_ACCEL: accel = 'tcg',
    KERNEL_VM_APPEND: extra = '',
  } = process.env;
  const nineP = (tag: string, path: string, options: string): readonly string[] => [
    '-fsdev',
    `local,id=${tag},path=${path},multidevs=remap,${options}`,
    '-device',
    `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`,
  ];
  return [
    ...['-accel', accel, '-cpu', 'max', '-m', memory, '-smp', cpus],
    ...[
      '-no-reboot',
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-serial',
      `file:${join(scratch, 'console')}`,
    ],
    ...[
      '-kernel',
      image.kernel,
      '-initrd',
      join(scratch, 'initrd'),
      '-append',
      [...kernelParameters, extra].join(' '),
    ],
    ...nineP('root', '/', 'security_model=none,readonly=on'),
    ...(share === null ? [] : nineP('share', share, 'security_model=passthrough')),
    ...['-device', 'virtio-serial-pci'],
    ...ports.flatMap((port) => [
      ...['-chardev', `socket,id=${port},path=${join(scratch, port)}`],
      ...['-device', `virtserialport,chardev=${port},name=${port}`],
    ]),
  ];
}

interface Port {
  readonly server: Server;
  /** All bytes have been handed over. */
  readonly ended: Promise<void>;
}

function openPort(path: string, onBytes: (bytes: Buffer) => void): Promise<Port> {
  return new Promise((ready) => {
    const ended = new Promise<void>((end) => {
      const server = createServer((socket) => {
        socket.on('data', onBytes);
        socket.on('error', () => end());
        socket.on('close', () => end());
      });
      server.listen(path, () => ready({ server, ended }));
    });
  });
}

/** Boot, run, and wait for the end. Needs root, since file owners pass through. */
export async function runInKernel(options: MachineOptions): Promise<MachineResult> {
  ensureEmulator(options.say);
  const image = prepareKernel(options.series, options.say);
  const scratch = mkdtempSync(join(tmpdir(), 'kernel-vm-'));
  const share = options.share === null ? null : realpathSync(options.share);
  const guest: GuestOptions = {
    command: options.command,
    share,
    cwd: process.cwd(),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/root', KERNEL_VM: '1', TERM: 'dumb' },
    modules: image.modules,
    version: image.version,
  };
  const scripts = [
    file('init', initScript(guest)),
    file('run.sh', runScript(guest)),
    file('command.sh', commandScript(guest)),
  ];
  writeFileSync(join(scratch, 'initrd'), Buffer.concat([readFileSync(image.base), archive(scripts)]));
  let status = '';
  const open = [
    await openPort(join(scratch, 'stdout'), options.onStdout),
    await openPort(join(scratch, 'stderr'), options.onStderr),
    await openPort(join(scratch, 'status'), (bytes) => {
      status += bytes.toString();
    }),
  ];
  const started = performance.now();
  const qemu = spawn(emulator, emulatorArguments(image, scratch, share), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [qemu.stdout, qemu.stderr])
    stream.on('data', (bytes: Buffer) => (words += bytes.toString()));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    qemu.kill('SIGKILL');
  }, options.timeoutSeconds * 1000);
  const interrupted = (): void => void qemu.kill('SIGKILL');
  process.once('exit', interrupted);
  try {
    await new Promise<void>((end) => qemu.once('close', () => end()).once('error', () => end()));
    const seconds = (performance.now() - started) / 1000;
    const match = /^(\d+) ([\d.]+)/.exec(status);
    if (match !== null) {
      await Promise.all(open.map((port) => port.ended));
      return {
        kind: 'exited',
        status: Number(match[1]),
        version: image.version,
        bootSeconds: Number(match[2]),
        seconds,
      };
    }
    if (late) return { kind: 'timed-out' };
    const messages = readFileSync(join(scratch, 'console'), { encoding: 'utf8', flag: 'a+' }).replaceAll(
      '\r',
      '',
    );
    return { kind: 'crashed', console: `${words}${messages.split('\n').slice(-25).join('\n')}` };
  } finally {
    clearTimeout(timer);
    process.off('exit', interrupted);
    for (const port of open) port.server.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
