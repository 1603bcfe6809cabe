/**
 * The command line as data: one row per command, one row per option. Parsing, `--help`, suggestions and shell
 * completion read these tables.
 */

export interface OptionRow {
  readonly short?: string;
  /** Name of the argument in the help; absent for a flag. */
  readonly arg?: string;
  /** `--dump-ir` or `--dump-ir=PASS`: the argument may be left out. */
  readonly optionalArg?: true;
  /** It may be given several times. */
  readonly repeat?: true;
  readonly values?: readonly string[];
  readonly doc: string;
}

export const options = {
  output: {
    short: 'o',
    arg: 'PATH',
    doc: 'write to PATH; its ending (.go .s .o .bin .hex .ir) chooses the form',
  },
  emit: {
    arg: 'FORM',
    values: ['go', 'listing', 'asm', 'object', 'bytecode', 'hex', 'ir'],
    doc: 'form of the output, default go',
  },
  cpu: { arg: 'LEVEL', values: ['v1', 'v2', 'v3', 'v4'], doc: 'instruction set, default v3' },
  endian: { arg: 'ORDER', values: ['little', 'big'], doc: 'byte order of the target, default little' },
  arch: { arg: 'ARCH', values: ['x86_64', 'arm64'], doc: 'register layout of probes, default x86_64' },
  'target-kernel': { arg: 'X.Y', doc: 'oldest kernel that must load the program, default 5.15' },
  optimize: {
    short: 'O',
    arg: 'LEVEL',
    values: ['0', '2', 's'],
    doc: '-O0 none, -O2 speed (default), -Os size',
  },
  embed: { doc: 'the Go program carries an ELF object even where it could do without' },
  package: { arg: 'NAME', doc: 'the Go output is the package NAME with Load and Attach, not a command' },
  'dump-ir': { arg: 'PASS,…', optionalArg: true, doc: 'IR after every pass, or the named ones, on stderr' },
  'dump-dir': { arg: 'DIR', doc: 'IR after every pass as DIR/NN-pass.ir' },
  'stop-after': { arg: 'PASS', doc: 'stop after a pass and print the IR' },
  diff: { doc: 'with --dump-ir: only what each pass changed' },
  passes: { arg: 'A,B', doc: 'passes to run, in this order' },
  'time-passes': { doc: 'time of every pass on stderr' },
  'min-kernel': { doc: 'the oldest kernel that has all that the programs use, and why' },
  stats: { doc: 'slots, stack and instructions of every program on stderr' },
  program: { arg: 'NAME', doc: 'the program to run, where there are several' },
  packet: { arg: 'HEX|@FILE', doc: 'packet as hexadecimal digits, or the bytes of a file' },
  ctx: { arg: 'HEX|@FILE', doc: 'context as hexadecimal digits, or the bytes of a file' },
  repeat: { arg: 'N', doc: 'run N times and give the mean time' },
  map: {
    arg: 'NAME=JSON',
    repeat: true,
    doc: 'fill a map first: [{"key": 1, "value": 2}], [1, 2] for arrays, {"1": 2} for simple keys',
  },
  set: { arg: 'NAME=VALUE', repeat: true, doc: 'set a package variable before the programs are loaded' },
  vm: { doc: 'run in the embedded machine, without a kernel' },
  trace: { doc: 'with --vm: every instruction on stderr, and the registers that change' },
  duration: { arg: 'TIME', doc: 'stop after 5s, 500ms, 2m; else at Ctrl-C' },
  interval: { arg: 'TIME', doc: 'show the maps every TIME, not only at the end' },
  iface: { arg: 'NAME', doc: 'network interface to attach to' },
  egress: { doc: 'attach to outgoing packets, where the program leaves it open' },
  cgroup: { arg: 'FOLDER', doc: 'cgroup to attach to, default the root' },
  probe: { arg: 'PATH:SYMBOL', doc: 'executable and function for probes that leave them open' },
  hook: {
    arg: 'NAME',
    values: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
    doc: 'netfilter hook, default input',
  },
  btf: { arg: 'FILE', doc: "the kernel's types, default those of the running kernel" },
  source: { arg: 'FILE.go', doc: 'the sources of the program that the log is about, for Go lines' },
  log: { doc: 'the raw verifier log too, with Go lines' },
  json: { doc: 'diagnostics and results as JSON on stdout' },
  color: {
    arg: 'WHEN',
    values: ['auto', 'always', 'never'],
    doc: 'colours on stderr, default auto; NO_COLOR is obeyed',
  },
  quiet: { short: 'q', doc: 'no notes and warnings' },
  verbose: { short: 'v', doc: 'more about what is done' },
  version: { doc: 'print the version' },
  help: { short: 'h', doc: 'print help' },
} as const satisfies Record<string, OptionRow>;

export type OptionName = keyof typeof options;

const compiling = ['cpu', 'endian', 'arch', 'target-kernel', 'optimize', 'stats'] as const;
const forThisMachine = ['cpu', 'target-kernel', 'optimize'] as const;
const always = ['json', 'color', 'quiet', 'verbose', 'help'] as const;
const dumping = ['dump-ir', 'dump-dir', 'stop-after', 'diff', 'time-passes'] as const;

export interface CommandRow {
  readonly args: string;
  readonly doc: string;
  readonly options: readonly OptionName[];
  readonly example: string;
}

export const commands = {
  compile: {
    args: 'FILE.go…',
    doc: 'compile one package; the word "compile" may be left out',
    options: ['output', 'emit', 'embed', 'package', ...compiling, ...dumping, ...always, 'version'],
    example: 'bpfc hello.go -o hello-ebpf/main.go',
  },
  build: {
    args: 'FILE.go…',
    doc: 'compile to a Go program and build it with the installed Go',
    options: ['output', 'embed', ...compiling, ...always],
    example: 'bpfc build hello.go && sudo ./hello',
  },
  check: {
    args: 'FILE.go…',
    doc: 'diagnostics only',
    options: ['min-kernel', ...compiling, ...always],
    example: 'bpfc check filter.go',
  },
  verify: {
    args: 'FILE.go…|FILE.o',
    doc: "ask this machine's kernel: accepted with its figures, or refused and why",
    options: ['log', ...forThisMachine, ...always],
    example: 'sudo bpfc verify filter.go',
  },
  run: {
    args: 'FILE.go…|FILE.o',
    doc: 'load, attach, and show printed lines, events and maps until Ctrl-C',
    options: [
      'duration',
      'interval',
      'set',
      'iface',
      'egress',
      'cgroup',
      'probe',
      'hook',
      ...forThisMachine,
      ...always,
    ],
    example: 'sudo bpfc run hello.go --duration 5s',
  },
  exec: {
    args: 'FILE.go…|FILE.o',
    doc: 'run a program once, in the kernel or in the embedded machine',
    options: [
      'program',
      'packet',
      'ctx',
      'repeat',
      'map',
      'set',
      'vm',
      'trace',
      ...forThisMachine,
      ...always,
    ],
    example: 'bpfc exec filter.go --vm --packet @ping.bin --map hits=\'{"1": 5}\'',
  },
  explain: {
    args: '[LOG|CODE]',
    doc: 'explain a verifier log from a file or stdin, or a diagnostic code',
    options: ['source', ...always],
    example: 'bpfc explain verifier.log --source filter.go',
  },
  asm: {
    args: 'FILE.s',
    doc: 'assemble text assembly',
    options: ['output', 'emit', 'endian', ...always],
    example: 'bpfc asm hello.s -o hello.bin',
  },
  disasm: {
    args: 'FILE.{o,bin,hex}',
    doc: 'disassemble an object or bytecode',
    options: ['output', 'endian', ...always],
    example: 'bpfc disasm hello.bin',
  },
  opt: {
    args: 'FILE.{ir,mir}',
    doc: 'run named passes on textual IR or machine code',
    options: ['passes', 'output', ...compiling, ...dumping, ...always],
    example: 'bpfc opt --passes simplify,dce hello.ir',
  },
  passes: {
    args: '',
    doc: 'list the passes in pipeline order',
    options: ['optimize', ...always],
    example: 'bpfc passes',
  },
  helpers: {
    args: '[NAME]',
    doc: 'list the kernel helpers, or describe one',
    options: [...always],
    example: 'bpfc helpers KtimeGetNs',
  },
  init: {
    args: '[DIR]',
    doc: 'make a Go project with the SDK, a program and its unit test',
    options: [...always],
    example: 'bpfc init demo && cd demo && go test ./...',
  },
  gen: {
    args: 'kernel NAME[.FIELD…]…',
    doc: "write partial kernel structs in Go, from the kernel's types",
    options: ['btf', 'package', 'output', ...always],
    example: 'bpfc gen kernel task_struct.mm.map_count sock.__sk_common.skc_dport -o kernel/kernel.go',
  },
  completion: {
    args: 'SHELL',
    doc: 'print a completion script for bash, zsh or fish',
    options: ['help'],
    example: 'source <(bpfc completion bash)',
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof commands;
