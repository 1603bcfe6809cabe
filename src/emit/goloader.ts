/**
 * The part of a generated Go program that is a process: `main`, flags, signals, and the copy of the trace pipe.
 *
 *     sudo ./hello              until interrupted, lines of the trace pipe on stdout
 *     sudo ./filter -iface lo   what has to be known to attach is a flag
 */

import type { AttachNeed } from './go-names.ts';
import { indent } from './go-text.ts';
import type { Piece } from './goprogram.ts';

export interface LoaderOptions {
  readonly needs: readonly AttachNeed[];
  /** A program writes to the trace pipe. */
  readonly prints: boolean;
  /** A map is pinned by its name. */
  readonly pins: boolean;
}

const mainPiece: Piece = {
  lines: [
    'func main() {',
    '\tif err := run(); err != nil {',
    '\t\tfmt.Fprintf(os.Stderr, "%s: %v\\n", filepath.Base(os.Args[0]), err)',
    '\t\tos.Exit(1)',
    '\t}',
    '}',
  ],
  imports: ['fmt', 'os', 'path/filepath'],
};

/** What `run` does for each need: flag, check, and the argument of `attach`. */
const needRows = {
  iface: {
    flag: ['ifaceName := flag.String("iface", "", "network interface to attach to")'],
    check: [
      'iface, err := net.InterfaceByName(*ifaceName)',
      'if err != nil {',
      '\treturn fmt.Errorf("network interface %q (choose one with -iface): %w", *ifaceName, err)',
      '}',
    ],
    argument: 'iface',
    imports: ['flag', 'net'],
  },
  cgroup: {
    flag: ['cgroup := flag.String("cgroup", "/sys/fs/cgroup", "folder of the cgroup to attach to")'],
    check: [],
    argument: '*cgroup',
    imports: ['flag'],
  },
} as const satisfies Record<
  AttachNeed,
  { flag: readonly string[]; check: readonly string[]; argument: string; imports: readonly string[] }
>;

const pinFolder = '/sys/fs/bpf';

function loadLines(pins: boolean): string[] {
  const options = `ebpf.CollectionOptions{Maps: ebpf.MapOptions{PinPath: "${pinFolder}"}}`;
  const create = pins
    ? `ebpf.NewCollectionWithOptions(collectionSpec(), ${options})`
    : 'ebpf.NewCollection(collectionSpec())';
  return [
    'if err := rlimit.RemoveMemlock(); err != nil {',
    '\treturn fmt.Errorf("raise the limit of locked memory (root is needed): %w", err)',
    '}',
    `coll, err := ${create}`,
    'if err != nil {',
    '\tvar refused *ebpf.VerifierError',
    '\tif errors.As(err, &refused) {',
    '\t\tfmt.Fprintf(os.Stderr, "%+v\\n", refused)',
    '\t}',
    '\treturn fmt.Errorf("load (root is needed): %w", err)',
    '}',
    'defer coll.Close()',
  ];
}

function runPiece({ needs, prints, pins }: LoaderOptions): Piece {
  const rows = needs.map((need) => needRows[need]);
  const flags = rows.length === 0 ? [] : [...rows.flatMap((row) => row.flag), 'flag.Parse()'];
  const checks: string[] = rows.flatMap((row): readonly string[] => row.check);
  const trace = prints
    ? ['pipe, err := openTracePipe()', 'if err != nil {', '\treturn err', '}', 'defer pipe.Close()']
    : [];
  const args = ['coll', ...rows.map((row) => row.argument)].join(', ');
  const body = [
    ...flags,
    ...checks,
    'ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)',
    'defer stop()',
    '',
    ...loadLines(pins),
    ...trace,
    `links, err := attach(${args})`,
    'defer func() {',
    '\tfor _, l := range links {',
    '\t\tl.Close()',
    '\t}',
    '}()',
    'if err != nil {',
    '\treturn err',
    '}',
    '',
    ...(prints ? ['return copyTrace(ctx, pipe)'] : ['<-ctx.Done()', 'return nil']),
  ];
  return {
    lines: [
      '// run loads and attaches the programs, and serves until SIGINT or SIGTERM.',
      'func run() error {',
      ...indent(body),
      '}',
    ],
    imports: [
      'context',
      'errors',
      'fmt',
      'os',
      'os/signal',
      'syscall',
      'github.com/cilium/ebpf',
      'github.com/cilium/ebpf/rlimit',
      ...rows.flatMap((row): readonly string[] => row.imports),
    ],
  };
}

const tracePiece: Piece = {
  lines: [
    '// openTracePipe opens the file that carries what programs print.',
    'func openTracePipe() (*os.File, error) {',
    '\tvar failed error',
    '\tfor _, folder := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {',
    '\t\tpipe, err := os.Open(filepath.Join(folder, "trace_pipe"))',
    '\t\tif err == nil {',
    '\t\t\treturn pipe, nil',
    '\t\t}',
    '\t\tfailed = errors.Join(failed, err)',
    '\t}',
    '\treturn nil, fmt.Errorf("no trace pipe (mount -t tracefs none /sys/kernel/tracing): %w", failed)',
    '}',
    '',
    '// copyTrace copies the trace pipe to stdout until ctx is done.',
    'func copyTrace(ctx context.Context, pipe *os.File) error {',
    '\tcopied := make(chan error, 1)',
    '\tgo func() {',
    '\t\t// Plain reads and writes: the pipe supports neither splice nor copy_file_range.',
    '\t\t_, err := io.Copy(struct{ io.Writer }{os.Stdout}, struct{ io.Reader }{pipe})',
    '\t\tcopied <- err',
    '\t}()',
    '\tselect {',
    '\tcase <-ctx.Done():',
    '\t\treturn nil',
    '\tcase err := <-copied:',
    '\t\tif err != nil {',
    '\t\t\treturn fmt.Errorf("copy the trace pipe: %w", err)',
    '\t\t}',
    '\t\treturn nil',
    '\t}',
    '}',
  ],
  imports: ['context', 'errors', 'fmt', 'io', 'os', 'path/filepath'],
};

export function loader(options: LoaderOptions): readonly Piece[] {
  return [mainPiece, runPiece(options), ...(options.prints ? [tracePiece] : [])];
}
