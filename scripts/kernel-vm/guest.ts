/**
 * The scripts that run inside: `init` makes this machine's root file system the guest's, with all writes going to
 * memory; `run` runs the command and reports its exit status.
 *
 * Three virtio ports lead out: stdout, stderr, and the status with the uptime at which the command started.
 */

export interface GuestOptions {
  readonly command: readonly string[];
  /** A folder that the command sees read-write; null for none. */
  readonly share: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly modules: string;
  readonly version: string;
}

/** One word for any shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

const ninePOptions = 'trans=virtio,version=9p2000.L,msize=512000';

export function initScript({ share, modules, version }: GuestOptions): string {
  const mounts = [
    ['proc', 'proc', 'proc'],
    ['sysfs', 'sys', 'sys'],
    ['devtmpfs', 'dev', 'dev'],
    ['devpts', 'devpts', 'dev/pts'],
    ['tmpfs', 'shm', 'dev/shm'],
    ['tracefs', 'tracefs', 'sys/kernel/tracing'],
    ['debugfs', 'debugfs', 'sys/kernel/debug'],
    ['securityfs', 'securityfs', 'sys/kernel/security'],
    ['bpf', 'bpf', 'sys/fs/bpf'],
    ['cgroup2', 'cgroup2', 'sys/fs/cgroup'],
    ['tmpfs -o mode=1777', 'tmp', 'tmp'],
    ['tmpfs -o mode=755', 'run', 'run'],
  ];
  const shared =
    share === null
      ? ''
      : `mkdir -p ${quote(`.${share}`)}; mount -t 9p -o ${ninePOptions},cache=mmap share ${quote(`.${share}`)} || exit 1`;
  return `#!/bin/sh
export PATH=/bin
mount -t devtmpfs dev /dev; mount -t proc proc /proc
while read module; do insmod /modules/$module || echo "insmod $module failed"; done </modules/order
mount -t 9p -o ${ninePOptions},ro,cache=loose root /lower || exit 1
mount -t tmpfs writes /writes; mkdir /writes/upper /writes/work
mount -t overlay -o lowerdir=/lower,upperdir=/writes/upper,workdir=/writes/work root /new || exit 1
cd /new
mkdir -p ${quote(`lib/modules/${version}`)}
${mounts.map(([type, source, target]) => `mkdir -p ${target}; mount -t ${type} ${source} ${target}`).join('\n')}
ln -sf /proc/self/fd dev/fd; ln -sf fd/0 dev/stdin; ln -sf fd/1 dev/stdout; ln -sf fd/2 dev/stderr
mkdir -p run/lock run/kernel-vm; ip link set lo up
mount -o bind ${quote(`/lower${modules}`)} ${quote(`lib/modules/${version}`)}
${shared}
cp /bin/busybox /run.sh /command.sh run/kernel-vm/
ln -s busybox run/kernel-vm/modprobe; echo /run/kernel-vm/modprobe >proc/sys/kernel/modprobe
tries=0
while set -- dev/vport*p3; [ ! -e $1 ] && [ $tries -lt 100 ]; do sleep 0.02; tries=$((tries + 1)); done
exec switch_root /new /run/kernel-vm/busybox sh /run/kernel-vm/run.sh
`;
}

export function runScript({ share, cwd }: GuestOptions): string {
  const unmount = share === null ? '' : `$b sync; $b umount ${quote(share)} 2>/dev/null`;
  return `cd /run/kernel-vm; b=./busybox
set -- /dev/vport*p3; port=\${1%3}
$b mkfifo out err
$b cat <out >\${port}1 & out=$!
$b cat <err >\${port}2 & err=$!
read up rest </proc/uptime
( cd ${quote(cwd)} 2>/dev/null || cd ${quote(share ?? '/')}; exec /bin/sh /run/kernel-vm/command.sh ) >out 2>err </dev/null
echo "$? $up" >status
for p in /proc/[0-9]*; do
  case \${p#/proc/} in 1|$out|$err) ;; *) kill -9 \${p#/proc/} ;; esac
done 2>/dev/null
wait $out; wait $err
${unmount}
$b cat status >\${port}3
$b reboot -f
`;
}

export function commandScript({ command, env }: GuestOptions): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return `${exports.join('')}exec ${command.map(quote).join(' ')}\n`;
}
