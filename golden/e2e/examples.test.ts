/**
 * The examples of cilium/ebpf and of libbpf-bootstrap, in Go: their objects are opened by cilium/ebpf and by libbpf,
 * their generated libraries build, attach them, and see what the kernel did when it was given a reason to: on this
 * machine, or on another kernel in an emulated one where this one has no kprobes, no trampolines, no sched_ext.
 *
 *     { name: 'cilium/xdp', by: 'IPv4 packets over a veth pair', on: 'host', libbpf: 'loads' }
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather } from '../../src/cli/sources.ts';
import { type CompileOptions, compile } from '../../src/compile.ts';
import { describeErrors } from '../compiled.ts';
import { type GoFolder, goFolder } from '../go-tool.ts';
import { findProgram, requires, tool } from '../requires.ts';

/** Emulated machines, by their kernel. */
const guests = ['6.1', '7.3'] as const;
type Guest = (typeof guests)[number];

interface Example {
  readonly name: string;
  /** What makes the kernel run it. */
  readonly by: string;
  /** Where it is made to run. */
  readonly on: 'host' | Guest;
  /** What libbpf 1.1 and this machine's kernel make of the object. */
  readonly libbpf: 'loads' | 'no trampolines' | 'unknown section' | 'no links of tables';
}

const examples = [
  { name: 'cilium/cgroup_skb', by: 'datagrams sent from a cgroup', on: 'host', libbpf: 'loads' },
  { name: 'cilium/fentry', by: 'a TCP connection', on: '6.1', libbpf: 'no trampolines' },
  { name: 'cilium/kprobe', by: 'two programs started', on: '6.1', libbpf: 'loads' },
  { name: 'cilium/kprobe_percpu', by: 'two programs started', on: '6.1', libbpf: 'loads' },
  { name: 'cilium/kprobepin', by: 'a program started under each of two loaders', on: '6.1', libbpf: 'loads' },
  { name: 'cilium/ringbuffer', by: 'a program started', on: '6.1', libbpf: 'loads' },
  { name: 'cilium/sched_ext', by: 'tasks that run', on: '7.3', libbpf: 'no links of tables' },
  { name: 'cilium/tcprtt', by: 'a TCP connection closed', on: '6.1', libbpf: 'no trampolines' },
  { name: 'cilium/tcprtt_sockops', by: 'a TCP connection from a cgroup', on: 'host', libbpf: 'loads' },
  { name: 'cilium/tcx', by: 'frames over a veth pair', on: 'host', libbpf: 'unknown section' },
  { name: 'cilium/tcx_tc', by: 'frames over a veth pair', on: 'host', libbpf: 'loads' },
  { name: 'cilium/tracepoint_in_c', by: 'memory touched', on: 'host', libbpf: 'loads' },
  { name: 'cilium/uretprobe', by: 'a line typed into a shell', on: 'host', libbpf: 'loads' },
  { name: 'cilium/xdp', by: 'frames over a veth pair', on: 'host', libbpf: 'loads' },
  { name: 'cilium/xdp_live_frame', by: 'a test run with live frames', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/bootstrap', by: 'a process that starts and ends', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/bootstrap_legacy', by: 'a process of 200 ms', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/fentry', by: 'a file removed', on: '6.1', libbpf: 'no trampolines' },
  { name: 'bootstrap/kprobe', by: 'a file removed', on: '6.1', libbpf: 'loads' },
  { name: 'bootstrap/ksyscall', by: 'signals sent', on: '6.1', libbpf: 'loads' },
  { name: 'bootstrap/lsm', by: 'a map that is to be made', on: '6.1', libbpf: 'no trampolines' },
  { name: 'bootstrap/minimal', by: 'a write', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/minimal_legacy', by: 'a write', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/minimal_ns', by: 'a write in a PID namespace', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/profile', by: 'a busy loop', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/sockfilter', by: 'a datagram over a veth pair', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/task_iter', by: 'reading the iterator', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/tc', by: 'a datagram over a veth pair', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/tracecon', by: 'a name looked up and connected to', on: '6.1', libbpf: 'loads' },
  { name: 'bootstrap/uprobe', by: 'a program with the functions', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/usdt', by: 'a program with the probe', on: 'host', libbpf: 'loads' },
  { name: 'bootstrap/xdppass', by: 'a frame over a veth pair', on: 'host', libbpf: 'loads' },
] as const satisfies readonly Example[];

/** What libbpf 1.1 or the kernel says. */
const refusals = {
  'no trampolines': /not permitted/,
  'unknown section': /failed to guess program type from ELF section/,
  'no links of tables': /skipping unrecognized data section.* \.struct_ops\.link/,
} as const satisfies Readonly<Record<string, RegExp>>;

/** Their commands are run too. */
const commands = [
  ...[
    'cilium/cgroup_skb',
    'cilium/tcprtt_sockops',
    'cilium/tracepoint_in_c',
    'cilium/uretprobe',
    'cilium/xdp',
  ],
  ...['bootstrap/bootstrap', 'bootstrap/bootstrap_legacy', 'bootstrap/profile', 'bootstrap/sockfilter'],
  'bootstrap/task_iter',
];

/** `cilium/tcx_tc` → `TestCiliumTcxTc`. */
const testName = (name: string): string =>
  `Test${name.replace(/(?:^|[/_])(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
const baseName = (name: string): string => name.slice(name.indexOf('/') + 1);

function artifact(name: string, options: Partial<CompileOptions>): string | Uint8Array {
  const result = compile({ ...gather([`examples/${name}/${baseName(name)}.go`]), options });
  if (result.artifact === null) throw new Error(describeErrors(result));
  return result.artifact;
}

const ready = await requires('go', 'gofmt', 'clang', 'ip', 'bpftool', 'root', 'kernel', 'tracefs');
const kernels = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bpfc/kernels');
const emulator = ready && findProgram(['qemu-system-x86_64']) !== null;
const here = guests.filter((kernel) => emulator && existsSync(join(kernels, kernel)));
for (const kernel of guests)
  if (!here.includes(kernel))
    process.stderr.write(
      `SKIPPED: examples on Linux ${kernel} (npm run kernel-vm -- --kernel ${kernel} -- true)\n`,
    );

const inputs = join(import.meta.dirname, 'examples');

test.skipIf(!ready)('the table names every example', () => {
  const folders = ['cilium', 'bootstrap'].flatMap((of) =>
    readdirSync(`examples/${of}`).map((name) => `${of}/${name}`),
  );
  expect(examples.map((e) => e.name).sort()).toEqual(folders.sort());
});

test.skipIf(!ready)('the sources are vetted and formatted Go', () => {
  const options = { cwd: 'examples', encoding: 'utf8', stdio: 'pipe' } as const;
  execFileSync(tool('go'), ['vet', './...'], options);
  expect(execFileSync(tool('gofmt'), ['-l', 'cilium', 'bootstrap', 'kernel'], options)).toBe('');
});

describe.skipIf(!ready)('examples', () => {
  let folder: GoFolder;
  let onGuests: ReadonlyMap<Guest, Promise<string>> = new Map();

  beforeAll(() => {
    folder = goFolder('examples');
    for (const { name } of examples) {
      const goPackage = baseName(name);
      mkdirSync(join(folder.dir, name), { recursive: true });
      mkdirSync(join(folder.dir, 'commands', name), { recursive: true });
      folder.write(`${name}/${goPackage}.go`, String(artifact(name, { emit: 'go', goPackage })));
      folder.write(`commands/${name}/main.go`, String(artifact(name, { emit: 'go' })));
      writeFileSync(join(folder.dir, name, 'object.o'), artifact(name, { emit: 'object' }));
    }
    for (const part of ['tools', 'host', 'guest', 'objects', 'commands'])
      copyFileSync(join(inputs, `${part}_test.go.txt`), join(folder.dir, `${part}_test.go`));
    const source = join(inputs, 'target.c');
    execFileSync(tool('clang'), ['-O1', '-o', join(folder.dir, 'target'), source], { stdio: 'pipe' });
    folder.go('test', '-c', '-o', 'examples.test', '.');
    // The emulated machines work while the other tests do.
    onGuests = new Map(here.map((kernel) => [kernel, runGuest(kernel)]));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(onGuests.values());
    folder.remove();
  });

  /** What the tests for a kernel print there. */
  async function runGuest(kernel: Guest): Promise<string> {
    const command = [binary(), '-test.v', '-test.run', patternOf(testsOn(kernel))];
    const words = ['--kernel', kernel, '--share', folder.dir, '--', ...command];
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/kernel-vm.ts', ...words]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    await once(child, 'close');
    return output;
  }

  test('generated libraries and commands are formatted, vetted, and build', () => {
    const options = { cwd: folder.dir, encoding: 'utf8' } as const;
    expect(execFileSync(tool('gofmt'), ['-l', 'cilium', 'bootstrap', 'commands'], options)).toBe('');
    folder.go('vet', './...');
    folder.go('build', './...');
  }, 120_000);

  test.each(examples)('$name: libbpf, $libbpf', ({ name, libbpf }) => {
    const pins = `/sys/fs/bpf/bpfc-examples-${process.pid}`;
    const words = ['prog', 'loadall', join(folder.dir, name, 'object.o'), pins];
    try {
      const { stderr } = spawnSync(tool('bpftool'), words, { encoding: 'utf8' });
      const loaded = existsSync(pins) ? readdirSync(pins).length : 0;
      if (libbpf === 'loads') expect([loaded > 0, stderr]).toEqual([true, expect.not.stringMatching(/rror/)]);
      else {
        expect(loaded).toBe(0);
        expect(stderr).toMatch(refusals[libbpf]);
      }
    } finally {
      rmSync(pins, { recursive: true, force: true });
    }
  });

  const outcomes = (output: string): Readonly<Record<string, string>> =>
    Object.fromEntries([...output.matchAll(/^--- (\w+): (\w+)/gm)].map((m) => [m[2], m[1]]));

  /** The tests of the examples of one kernel, which run in one process; libbpf too loads there what it cannot here. */
  const testsOn = (on: Example['on']): readonly string[] => [
    ...examples.filter((e) => e.on === on).map((e) => testName(e.name)),
    ...(on === '6.1' ? ['TestLibbpf'] : []),
  ];
  const patternOf = (names: readonly string[]): string => `^(${names.join('|')})$`;

  function expectAll(on: Example['on'], run: (pattern: string) => string): void {
    const names = testsOn(on);
    const output = run(patternOf(names));
    const passed = Object.fromEntries(names.map((name) => [name, 'PASS']));
    expect(outcomes(output), output).toEqual(passed);
  }

  const binary = () => join(folder.dir, 'examples.test');

  test('cilium/ebpf opens every object', () => {
    const options = { cwd: folder.dir, encoding: 'utf8' } as const;
    const output = execFileSync(binary(), ['-test.v', '-test.run', '^TestObjects$'], options);
    expect(output).toMatch(new RegExp(`^${examples.length} objects, \\d+ programs$`, 'm'));
  });

  /** The tests, in a network namespace of their own. */
  function runHere(pattern: string): string {
    const script = `ip link set lo up && exec ${binary()} -test.v -test.run '${pattern}'`;
    const options = { cwd: folder.dir, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], options);
    return stdout + stderr;
  }

  test('triggered on this machine', () => expectAll('host', runHere), 120_000);

  test('ten commands run, tell what they see, and end when interrupted', () => {
    folder.go('build', '-o', 'bin/', ...commands.map((name) => `./commands/${name}`));
    const output = runHere('^TestCommands$');
    const passed = [...output.matchAll(/^\s+--- PASS: TestCommands\/(\w+)/gm)].map((m) => m[1]);
    expect(passed, output).toEqual(commands.map(baseName));
  }, 120_000);

  /** What was seen of each, as a table on standard output. */
  test('summary', () => {
    const rows = examples.map(({ name, on, by, libbpf }) => {
      const ran = commands.includes(name) ? 'builds and runs' : 'builds';
      return [name, ran, on === 'host' ? 'here' : `Linux ${on}`, by, libbpf] as const;
    });
    const table = [['example', 'Go program', 'seen on', 'triggered by', 'libbpf 1.1'] as const, ...rows];
    const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
    const text = table.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
    process.stdout.write(`${text.join('\n')}\n`);
    expect(rows.filter(([, ran]) => ran === 'builds and runs').length).toBeGreaterThanOrEqual(10);
  });

  test.each(here)(
    'triggered on Linux %s',
    async (kernel) => {
      const output = (await onGuests.get(kernel)) ?? '';
      expectAll(kernel, () => output);
    },
    150_000,
  );
});
