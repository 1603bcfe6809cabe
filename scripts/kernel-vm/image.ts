/**
 * Debian kernels for the virtual machine: fetched once with apt, whose signatures are checked and whose own
 * configuration is not touched, and made into what a boot needs.
 *
 *     const image = prepareKernel('6.1');   // { version: '6.1.0-44-amd64', folder, … }
 *
 * A folder of the cache is either complete or not there.
 */

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { archive, file, folder, link } from './cpio.ts';

export interface KernelImage {
  /** `6.1.0-44-amd64`. */
  readonly version: string;
  readonly folder: string;
  /** What qemu boots: the unpacked kernel, else the packed one. */
  readonly kernel: string;
  readonly modules: string;
  readonly busybox: string;
  /** The part of the first root file system that all runs share. */
  readonly base: string;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where Debian has packaged kernels, oldest first. */
const suites = ['bullseye', 'bookworm', 'trixie'].flatMap((name) => [
  `debian ${name}`,
  `debian-security ${name}-security`,
  ...(name === 'bullseye' ? [] : [`debian ${name}-backports`]),
]);

/** What BPF work may need; drivers of real hardware take too much room. */
const moduleFolders = ['kernel', 'net', 'fs', 'lib', 'crypto', 'security', 'drivers/virtio'];
const moduleFiles = ['char/virtio_console', 'net/dummy', 'net/veth', 'net/tun', 'net/ifb', 'net/netkit'].map(
  (name) => `drivers/${name}.ko`,
);
/** Loaded before the root file system is there. */
const bootModules = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay'];

export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bpfc', 'kernels');
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync(program, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Paths under a folder that satisfy a pattern. */
function find(root: string, pattern: RegExp): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(`/${path}`))
    .map((path) => join(root, path));
}

function mirror(): string {
  const given = process.env.KERNEL_VM_MIRROR;
  if (given !== undefined) return given;
  const sites = run('apt-get', ['indextargets', '--format', '$(SITE)']).split('\n');
  const site = sites.find((line) => line.endsWith('/debian'));
  if (site === undefined) throw new Error('apt has no Debian mirror; set KERNEL_VM_MIRROR');
  return site.slice(0, -'/debian'.length);
}

/** The newest kernel of a series and a static busybox, unpacked under `target`. */
function download(series: string, target: string, scratch: string): void {
  const apt = join(scratch, 'apt');
  const packages = join(apt, 'packages');
  for (const path of ['lists/partial', 'cache/archives/partial', 'packages'])
    mkdirSync(join(apt, path), { recursive: true });
  const site = mirror();
  const sources = suites.map((suite) => {
    const [archiveName, name] = suite.split(' ');
    return `deb [signed-by=${keyring}] ${site}/${archiveName} ${name} main\n`;
  });
  writeFileSync(join(apt, 'sources.list'), sources.join(''));
  const settings = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`);
  writeFileSync(join(apt, 'apt.conf'), lines.join(''));
  const env = { ...process.env, APT_CONFIG: join(apt, 'apt.conf') };
  run('apt-get', ['-qq', 'update'], { env });
  // The metapackage's versions come newest first, each depending on the package of its version.
  const records = run('apt-cache', ['show', 'linux-image-amd64'], { env });
  const quoted = series.replace('.', '\\.');
  const version = new RegExp(`^Depends:.* linux-image-(${quoted}[.+][^ ,]*)`, 'm').exec(records)?.[1];
  if (version === undefined) throw new Error(`Debian packages no kernel ${series}`);
  // Newer kernels come in several packages.
  const wanted = new Set(['image', 'binary', 'modules', 'base'].map((part) => `linux-${part}-${version}`));
  const known = run('apt-cache', ['pkgnames', 'linux-'], { env }).split('\n');
  run('apt-get', ['-qq', 'download', 'busybox-static', ...known.filter((name) => wanted.has(name))], {
    cwd: packages,
    env,
  });
  for (const name of readdirSync(packages)) run('dpkg', ['-x', join(packages, name), target]);
}

/** Header of a bzImage (Documentation/arch/x86/boot.rst): where the packed kernel lies in it. */
function packedPayload(image: Buffer): Buffer {
  const setupSectors = image[0x1f1] ?? 0;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  return image.subarray(start, start + image.readUInt32LE(0x24c));
}

const unpackers = [
  { magic: 'fd377a585a00', command: ['xz', '-dc'] },
  { magic: '28b52ffd', command: ['zstd', '-dc'] },
  { magic: '1f8b', command: ['gzip', '-dc'] },
] as const;

/** The ELF file inside a kernel image, which boots seconds sooner under emulation; null when no tool unpacks it. */
function unpackKernel(image: Buffer): Buffer | null {
  const payload = packedPayload(image);
  const unpacker = unpackers.find(({ magic }) => payload.toString('hex', 0, 6).startsWith(magic));
  if (unpacker === undefined) return null;
  const [program, ...args] = unpacker.command;
  try {
    // Four bytes of length follow the packed data.
    const elf = execFileSync(program, args, {
      input: payload.subarray(0, -4),
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return elf.toString('latin1', 0, 4) === '\x7fELF' ? elf : null;
  } catch {
    return null;
  }
}

/** Boot modules in the order of loading, from modules.dep; built-in ones are not in it. */
function loadOrder(modules: string): readonly string[] {
  const dependencies = new Map<string, readonly string[]>();
  for (const line of readFileSync(join(modules, 'modules.dep'), 'utf8').split('\n')) {
    const [path, needs] = line.split(':');
    if (path !== undefined && needs !== undefined)
      dependencies.set(path, needs.trim().split(/\s+/).filter(Boolean));
  }
  const order: string[] = [];
  const add = (path: string): void => {
    if (order.includes(path)) return;
    for (const need of dependencies.get(path) ?? []) add(need);
    order.push(path);
  };
  for (const name of bootModules) {
    const path = [...dependencies.keys()].find((key) => key.endsWith(`/${name}.ko`));
    if (path !== undefined) add(path);
  }
  return order;
}

function baseArchive(modules: string, busybox: string): Buffer {
  const order = loadOrder(modules);
  const tools = ['sh', 'mount', 'mkdir', 'cp', 'ln', 'insmod', 'switch_root', 'sleep', 'ip'];
  return archive([
    ...['bin', 'dev', 'proc', 'modules', 'lower', 'writes', 'new'].map(folder),
    file('bin/busybox', readFileSync(busybox)),
    ...tools.map((name) => link(`bin/${name}`, 'busybox')),
    file('modules/order', order.map((_, index) => `${index}.ko\n`).join('')),
    ...order.map((path, index) => file(`modules/${index}.ko`, readFileSync(join(modules, path)))),
  ]);
}

/** Move the parts of unpacked packages that a boot needs to `target`. */
function assemble(unpacked: string, target: string): void {
  const only = (pattern: RegExp): string => {
    const path = find(unpacked, pattern)[0];
    if (path === undefined) throw new Error(`the kernel packages have nothing like ${pattern.source}`);
    return path;
  };
  const tree = only(/\/lib\/modules\/[^/]+\/kernel$/);
  const version = dirname(tree).split('/').at(-1) ?? '';
  const modules = join(target, 'lib', 'modules', version);
  const busybox = join(target, 'busybox');
  mkdirSync(modules, { recursive: true });
  cpSync(only(/\/s?bin\/busybox$/), busybox);
  cpSync(only(/(\/boot\/config-[^/]*|\/lib\/modules\/[^/]+\/config)$/), join(target, 'config'));
  for (const name of readdirSync(dirname(tree)).filter((entry) => entry.startsWith('modules.builtin'))) {
    cpSync(join(dirname(tree), name), join(modules, name));
  }
  for (const path of find(tree, /\.ko(\.\w+)?$/)) {
    const inside = path.slice(tree.length + 1);
    const kept =
      moduleFolders.some((f) => inside.startsWith(`${f}/`)) || moduleFiles.some((f) => inside.startsWith(f));
    if (kept) cpSync(path, join(modules, 'kernel', inside), { recursive: true });
  }
  const packed = find(modules, /\.ko\.xz$/);
  for (let at = 0; at < packed.length; at += 500) run(busybox, ['unxz', ...packed.slice(at, at + 500)]);
  run(busybox, ['depmod', '-b', target, version]);
  const image = readFileSync(only(/\/vmlinuz[^/]*$/));
  writeFileSync(join(target, 'kernel'), unpackKernel(image) ?? image);
  writeFileSync(join(target, 'base.cpio'), baseArchive(modules, busybox));
  writeFileSync(join(target, 'version'), version);
}

/** The kernel of a series (`6.1`), fetched on first use. `say` hears when that takes time. */
export function prepareKernel(series: string, say: (message: string) => void): KernelImage {
  const target = join(cacheFolder(), series);
  if (!existsSync(join(target, 'version'))) {
    say(`fetching a ${series} kernel into ${target}`);
    mkdirSync(cacheFolder(), { recursive: true });
    const scratch = mkdtempSync(join(tmpdir(), 'kernel-vm-'));
    const made = mkdtempSync(join(cacheFolder(), '.new-'));
    try {
      download(series, join(scratch, 'unpacked'), scratch);
      assemble(join(scratch, 'unpacked'), made);
      rmSync(target, { recursive: true, force: true });
      renameSync(made, target);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
      if (existsSync(made)) rmSync(made, { recursive: true, force: true });
    }
  }
  const version = readFileSync(join(target, 'version'), 'utf8');
  const image: KernelImage = {
    version,
    folder: target,
    kernel: join(target, 'kernel'),
    modules: join(target, 'lib', 'modules', version),
    busybox: join(target, 'busybox'),
    base: join(target, 'base.cpio'),
  };
  if (statSync(image.kernel).size === 0) throw new Error(`${image.kernel} is empty; delete ${target}`);
  return image;
}
