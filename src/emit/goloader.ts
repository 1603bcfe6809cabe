/**
 * The part of a generated Go program that is a process: `main`, flags, signals, and the copy of the trace pipe.
 *
 *     sudo ./hello              until interrupted, lines of the trace pipe on stdout
 *     sudo ./filter -iface lo   what has to be known to attach is a flag
 */

import { type AttachNeed, needRows } from './go-attach.ts';
import {
  configFlags,
  configImports,
  dumpPiece,
  type ProgramData,
  readerOf,
  readerPieces,
} from './go-data.ts';
import { goString, indent } from './go-text.ts';
import type { Piece } from './goprogram.ts';

export interface LoaderOptions {
  readonly needs: readonly AttachNeed[];
  /** Default of -binary. */
  readonly binary: string;
  /** A program writes to the trace pipe. */
  readonly prints: boolean;
  /** A map is pinned by its name. */
  readonly pins: boolean;
  readonly data: ProgramData;
  /** The specification comes from an object, which may fail to read. */
  readonly embedded: boolean;
  /** Lines that complete `spec` before it is loaded. */
  readonly prepare: readonly string[];
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

const pinFolder = '/sys/fs/bpf';

const onError = (result: string): string[] => ['if err != nil {', `\treturn ${result}`, '}'];

function loadLines(spec: string, pins: boolean): string[] {
  const options = `ebpf.CollectionOptions{Maps: ebpf.MapOptions{PinPath: "${pinFolder}"}}`;
  const create = pins ? `ebpf.NewCollectionWithOptions(${spec}, ${options})` : `ebpf.NewCollection(${spec})`;
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

/** What the program does until it is interrupted: each an expression of a `func() error`'s result. */
function services({ prints, data }: LoaderOptions): string[] {
  const events = data.events.map((event) => {
    const print = `func(e ${event.go}) { fmt.Printf(${goString(`${event.name}: %v\n`)}, ${event.shown}) }`;
    return `${readerOf(event)}(ctx, coll.Maps[${goString(event.name)}], ${print})`;
  });
  return [...(prints ? ['copyTrace(ctx, pipe)'] : []), ...events];
}

function serveLines(options: LoaderOptions): string[] {
  const { tables } = options.data;
  const all = services(options);
  const [only] = all;
  const serve =
    only === undefined
      ? ['<-ctx.Done()']
      : all.length === 1 && tables.length === 0
        ? [`return ${only}`]
        : [
            `served := make(chan error, ${all.length})`,
            ...all.flatMap((one) => ['go func() {', `\tserved <- ${one}`, '}()']),
            'select {',
            'case <-ctx.Done():',
            'case err := <-served:',
            ...indent(onError('err')),
            '}',
          ];
  if (serve.length === 1 && only !== undefined) return serve;
  const dumps = tables.flatMap(({ name, key, value }) => [
    `if err := dump[${key}, ${value}](${goString(name)}, coll.Maps[${goString(name)}]); err != nil {`,
    '\treturn err',
    '}',
  ]);
  return [...serve, ...(dumps.length === 0 ? [] : ['if *dumps {', ...indent(dumps), '}']), 'return nil'];
}

function flagLines({ needs, binary, data }: LoaderOptions): string[] {
  const words: Readonly<Record<string, string>> = { binary: goString(binary) };
  const flags = needs.map((need) =>
    needRows[need].flag.replace(/\$(\w+)/g, (_, word: string) => words[word] ?? ''),
  );
  if (data.tables.length > 0) flags.push('dumps := flag.Bool("dump", false, "print the maps at the end")');
  return [...flags, ...configFlags(data.config)];
}

function runPiece(options: LoaderOptions): Piece {
  const { needs, prints, pins, data, embedded, prepare } = options;
  const rows = needs.map((need) => needRows[need]);
  const flags = flagLines(options);
  const named = embedded || prepare.length > 0;
  const spec = embedded
    ? ['spec, err := collectionSpec()', ...onError('err')]
    : named
      ? ['spec := collectionSpec()']
      : [];
  const trace = prints ? ['pipe, err := openTracePipe()', ...onError('err'), 'defer pipe.Close()'] : [];
  const args = ['coll', ...rows.map((row) => row.argument)].join(', ');
  const body = [
    ...spec,
    ...flags,
    ...(flags.length > 0 ? ['flag.Parse()'] : []),
    ...rows.flatMap((row) => row.check),
    ...prepare,
    'ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)',
    'defer stop()',
    '',
    ...loadLines(named ? 'spec' : 'collectionSpec()', pins),
    ...trace,
    `links, err := attach(${args})`,
    'defer func() {',
    '\tfor _, l := range links {',
    '\t\tl.Close()',
    '\t}',
    '}()',
    ...onError('err'),
    '',
    ...serveLines(options),
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
      ...(flags.length > 0 ? ['flag'] : []),
      ...configImports(data.config),
      ...rows.flatMap((row) => row.imports),
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
  const { data, prints } = options;
  return [
    mainPiece,
    runPiece(options),
    ...(prints ? [tracePiece] : []),
    ...readerPieces(data.events),
    ...(data.tables.length > 0 ? [dumpPiece] : []),
  ];
}
