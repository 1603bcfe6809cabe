/**
 * Writes the helper table: src/bpf/helper-rows.ts and, given the measurements, src/bpf/helper-matrix.ts.
 *
 *     npx tsx scripts/gen-helpers.ts [--defs bpf_helper_defs.h] [--measured measured-5.10.json measured-6.1.json …]
 *
 * Names, numbers and prototypes are facts of the C header; first kernel, licence, argument kinds and the one-line
 * descriptions are ours, in helper-facts.txt; who may call what was measured by loading one call per helper and
 * program type (scripts/measure-helpers.ts on each kernel), and where no measured kernel could say, read from the
 * kernel's *_func_proto.
 *
 * Invariant: every prototype has exactly one fact line of as many kinds as it has arguments, and the reverse.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareKernels } from '../src/bpf/kernels.ts';
import { type Measurement, withdrawn } from './tables/helpers.ts';

const kinds: Readonly<Record<string, string>> = {
  s: 'scalar',
  C: 'ctx',
  H: 'ctx-or-sock',
  M: 'map',
  K: 'key',
  V: 'value',
  v: 'value-or-null',
  O: 'value-out',
  r: 'mem-read',
  x: 'mem-read-or-null',
  w: 'mem-write',
  b: 'mem-read-write',
  P: 'mem-fixed',
  z: 'size',
  Z: 'size-or-zero',
  c: 'const-size',
  '4': 'ptr-out-32',
  '6': 'ptr-inout-32',
  '8': 'ptr-out-64',
  t: 'const-str',
  f: 'func',
  n: 'stack-or-null',
  L: 'spin-lock',
  T: 'timer',
  k: 'kptr',
  D: 'dynptr',
  d: 'dynptr-out',
  R: 'record',
  S: 'sock',
  B: 'btf',
  A: 'any-ptr',
};

const results: Readonly<Record<string, string>> = {
  void: 'void',
  long: 's64',
  int: 's32',
  __u32: 'u32',
  __u64: 'u64',
  __s64: 's64',
};

/** bpf_helper_changes_pkt_data of net/core/filter.c. */
const movesPacket = new Set(
  `clone_redirect l3_csum_replace l4_csum_replace lwt_push_encap lwt_seg6_action lwt_seg6_adjust_srh
  lwt_seg6_store_bytes msg_pop_data msg_pull_data msg_push_data skb_adjust_room skb_change_head skb_change_proto
  skb_change_tail skb_pull_data skb_store_bytes skb_vlan_pop skb_vlan_push store_hdr_opt tail_call xdp_adjust_head
  xdp_adjust_meta xdp_adjust_tail`.split(/\s+/),
);

/** Results that must be released, and by which argument a helper releases. */
const acquires = new Set([
  'ringbuf_reserve',
  'ringbuf_reserve_dynptr',
  'sk_lookup_tcp',
  'sk_lookup_udp',
  'skc_lookup_tcp',
  'kptr_xchg',
]);
const releases: Readonly<Record<string, number>> = {
  ringbuf_submit: 0,
  ringbuf_discard: 0,
  ringbuf_submit_dynptr: 0,
  ringbuf_discard_dynptr: 0,
  sk_release: 0,
  kptr_xchg: 1,
};

/** might_sleep of their bpf_func_proto, and those of syscall programs. */
const sleeps = new Set(
  'copy_from_user copy_from_user_task ima_inode_hash ima_file_hash sys_bpf btf_find_by_name_kind sys_close'.split(
    ' ',
  ),
);

interface Prototype {
  readonly name: string;
  readonly id: number;
  readonly result: string;
  readonly args: readonly { readonly name: string; readonly ctype: string }[];
  readonly variadic: boolean;
}

function parsePrototypes(header: string): Prototype[] {
  const pattern = /^static (.*?)\(\*(?:const )?bpf_(\w+)\)\((.*)\) = \(void \*\) ?(\d+);/gm;
  return [...header.matchAll(pattern)].map(([, result = '', name = '', params = '', id = '']) => {
    const parts = params === 'void' ? [] : params.split(', ');
    const named = parts.filter((part) => part !== '...');
    return {
      name,
      id: Number(id),
      result: result.trim(),
      variadic: named.length < parts.length,
      args: named.map((part) => {
        const match = /^(.*?)(\w+)$/.exec(part);
        if (match === null) throw new Error(`parameter of ${name}: ${part}`);
        return { ctype: (match[1] ?? '').trim(), name: match[2] ?? '' };
      }),
    };
  });
}

interface Fact {
  readonly since: string;
  readonly gpl: boolean;
  readonly kinds: string;
  readonly result: string | null;
  readonly doc: string;
}

function parseFacts(text: string): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', since = '', shape = '', ...words] = line.split(' ');
    const arrow = shape.indexOf('>');
    const letters = arrow < 0 ? shape : shape.slice(0, arrow);
    if (facts.has(name)) throw new Error(`two lines for ${name}`);
    facts.set(name, {
      since: since.replace('!', ''),
      gpl: since.endsWith('!'),
      kinds: letters === '-' ? '' : letters,
      result: arrow < 0 ? null : shape.slice(arrow + 1),
      doc: words.join(' '),
    });
  }
  return facts;
}

const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

const plain = (ctype: string): string => ctype.replace(/\b__([us]\d+|be\d+|wsum)\b/g, '$1');

/** Text of src/bpf/helper-rows.ts. */
export function helperRowsSource(header: string, factsText: string): string {
  const facts = parseFacts(factsText);
  const rows = parsePrototypes(header).map((prototype) => {
    const fact = facts.get(prototype.name);
    if (fact === undefined) throw new Error(`no facts of ${prototype.name}`);
    if (fact.kinds.length !== prototype.args.length) throw new Error(`kinds of ${prototype.name}`);
    facts.delete(prototype.name);
    const result = fact.result ?? results[prototype.result];
    if (result === undefined) throw new Error(`result of ${prototype.name}: ${prototype.result}`);
    const args = prototype.args.map((arg, i) => {
      const kind = kinds[fact.kinds[i] ?? ''];
      if (kind === undefined) throw new Error(`kind ${fact.kinds[i]} of ${prototype.name}`);
      return `{ name: ${quote(arg.name)}, kind: ${quote(kind)}, ctype: ${quote(plain(arg.ctype))} }`;
    });
    const flags = [
      prototype.variadic ? 'variadic: true' : '',
      acquires.has(prototype.name) ? 'acquires: true' : '',
      prototype.name in releases ? `releases: ${releases[prototype.name]}` : '',
      sleeps.has(prototype.name) ? 'sleeps: true' : '',
    ].filter((flag) => flag !== '');
    return `  ${prototype.name}: {
    id: ${prototype.id},
    args: [${args.join(', ')}],
    result: ${quote(result)},
    ctype: ${quote(plain(prototype.result))},
    gpl: ${fact.gpl},
    since: ${quote(fact.since)},
    movesPacket: ${movesPacket.has(prototype.name)},${flags.map((flag) => `\n    ${flag},`).join('')}
    doc: ${quote(fact.doc)},
  },`;
  });
  if (facts.size > 0) throw new Error(`facts without prototype: ${[...facts.keys()].join(', ')}`);
  return `/** The helper table's rows, by name without \`bpf_\`. Made by scripts/gen-helpers.ts; edit scripts/helper-facts.txt instead. */

import type { HelperRow } from './helpers.ts';

// biome-ignore format: one row a helper
export const helperRows = {
${rows.map((row) => row.replaceAll('\n    ', ' ').replace(/,\s*\},$/, ' },')).join('\n')}
} satisfies Readonly<Record<string, HelperRow>>;
`;
}

// ---------------------------------------------------------------- who may call what

/**
 * Rows that no measured kernel could load: a measured row, plus what the kernel file named allows beyond it.
 */
interface Derived {
  readonly key: string;
  readonly from: string;
  /** `*`: every helper. */
  readonly plus: string;
  readonly source: string;
}

const derived: readonly Derived[] = [
  { key: 'ext', from: 'sched_cls', plus: '*', source: 'whatever the replaced program may call' },
  {
    key: 'lirc_mode2',
    from: 'netfilter',
    plus: 'rc_repeat rc_keydown rc_pointer_rel',
    source: 'lirc_mode2_func_proto of drivers/media/rc/bpf-lirc.c',
  },
];

/** Helpers behind a configuration switch that no measured kernel has on, by the rows that may call them. */
const configured: Readonly<Record<string, readonly string[]>> = { override_return: ['kprobe'] };

/** First kernels that lie between two measured ones, by helper: as read in the commits that allowed the call. */
const readSince: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Measured without BPF_F_SLEEPABLE, for which 5.10 knows no such helper.
  copy_from_user: { fentry: '5.10', fexit: '5.10', lsm: '5.10', tp_btf: '5.10', iter: '5.10' },
  sk_storage_get: { tp_btf: '5.11', fentry: '5.11', fexit: '5.11', iter: '5.11' },
  sk_storage_delete: { tp_btf: '5.11', fentry: '5.11', fexit: '5.11', iter: '5.11' },
  get_socket_cookie: {
    tp_btf: '5.12',
    fentry: '5.12',
    fexit: '5.12',
    lsm: '5.12',
    iter: '5.12',
    sk_reuseport: '5.14',
  },
  setsockopt: {
    'cgroup_sock_addr/bind': '5.12',
    'cgroup_sock_addr/named': '5.12',
    'cgroup_sockopt/set': '5.15',
  },
  getsockopt: {
    'cgroup_sock_addr/bind': '5.12',
    'cgroup_sock_addr/named': '5.12',
    'cgroup_sockopt/set': '5.15',
  },
  get_netns_cookie: {
    sock_ops: '5.15',
    sk_msg: '5.15',
    cgroup_sockopt: '5.15',
    'cgroup_sockopt/set': '5.15',
  },
  get_current_ancestor_cgroup_id: Object.fromEntries(
    'kprobe tracepoint raw_tracepoint raw_tracepoint_writable tp_btf fentry fexit lsm iter perf_event'
      .split(' ')
      .map((key) => [key, '5.15']),
  ),
};

/**
 * One row: letters, and the helpers that programs of the type may call only since a later kernel than the helper's
 * own. `measured` is in the order of the kernels.
 */
function matrixRow(
  key: string,
  names: readonly string[],
  facts: ReadonlyMap<string, Fact>,
  measured: readonly Measurement[],
): { readonly letters: string; readonly later: readonly string[] } {
  const loaded = measured.flatMap(({ kernel, rows }) =>
    rows[key] === undefined ? [] : [{ kernel, row: rows[key] }],
  );
  const later: string[] = [];
  const gone: readonly string[] = withdrawn[key] ?? [];
  const letters = names.map((name, i) => {
    if (gone.includes(name)) return '.';
    const first = loaded.findIndex(({ row }) => row[i] !== '.');
    if (first < 0) return configured[name]?.includes(key) ? 'O' : '.';
    const before = loaded[first - 1]?.kernel;
    const since = facts.get(name)?.since ?? '';
    const kernel = loaded[first]?.kernel ?? '';
    if (before !== undefined && compareKernels(since, before) <= 0) {
      const when = readSince[name]?.[key] ?? kernel;
      if (compareKernels(when, since) > 0) later.push(`${name} ${when}`);
    }
    return sleeps.has(name) && key !== 'syscall' ? 's' : 'o';
  });
  return { letters: letters.join(''), later };
}

/** Text of src/bpf/helper-matrix.ts. */
export function helperMatrixSource(
  measurements: readonly Measurement[],
  header: string,
  factsText: string,
): string {
  const facts = parseFacts(factsText);
  const names = parsePrototypes(header).map((prototype) => prototype.name);
  const measured = [...measurements].sort((a, b) => compareKernels(a.kernel, b.kernel));
  const keys = [...new Set(measured.flatMap(({ rows }) => Object.keys(rows)))].sort();
  const rows = new Map(keys.map((key) => [key, matrixRow(key, names, facts, measured)]));
  for (const { key, from, plus } of derived) {
    const base = rows.get(from);
    if (base === undefined) throw new Error(`no row ${from}`);
    const more = new Set(plus.split(' '));
    const letters = names.map((name, i) => {
      if (more.has('*') || more.has(name)) return sleeps.has(name) ? 'S' : 'O';
      return base.letters[i] === '.' ? '-' : (base.letters[i] ?? '-').toUpperCase();
    });
    rows.set(key, { letters: letters.join(''), later: more.has('*') ? [] : base.later });
  }
  const property = (key: string): string => (/^\w+$/.test(key) ? key : quote(key));
  const lines = [...rows].map(([key, { letters }]) => {
    const source = derived.find((row) => row.key === key)?.source;
    const comment = source === undefined ? '' : `  // read: ${source}\n`;
    return `${comment}  ${property(key)}:\n    '${letters.slice(0, 106)}' +\n    '${letters.slice(106)}',`;
  });
  const laterLines = [...rows]
    .filter(([, { later }]) => later.length > 0)
    .map(
      ([key, { later }]) =>
        `  ${property(key)}: { ${later.map((entry) => entry.replace(/ (.*)/, ": '$1'")).join(', ')} },`,
    );
  return `/**
 * Which program types may call which helpers, one letter a helper in the order of their numbers, from 1:
 * \`.\` refused, \`o\` allowed, \`s\` allowed when the program may sleep, measured on Linux ${measured.map(({ kernel }) => kernel).join(', ')}
 * by loading the call; \`-\`, \`O\`, \`S\` the same, read in the kernel's source. Made by scripts/gen-helpers.ts.
 */

// biome-ignore format: letters in columns
export const helperMatrix: Readonly<Record<string, string>> = {
${lines.join('\n')}
};

/** First kernel of a helper in a program type, where it is later than the helper's own. */
// biome-ignore format: one type a line
export const helperLater: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${laterLines.join('\n')}
};
`;
}

function main(args: readonly string[]): void {
  const option = (name: string): string | null => {
    const at = args.indexOf(name);
    return at < 0 ? null : (args[at + 1] ?? null);
  };
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const header = readFileSync(option('--defs') ?? '/usr/include/bpf/bpf_helper_defs.h', 'utf8');
  const facts = readFileSync(here('helper-facts.txt'), 'utf8');
  writeFileSync(here('../src/bpf/helper-rows.ts'), helperRowsSource(header, facts));
  const files = args.includes('--measured') ? args.slice(args.indexOf('--measured') + 1) : [];
  if (files.length === 0) return;
  const measurements = files.map((file): Measurement => JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(here('../src/bpf/helper-matrix.ts'), helperMatrixSource(measurements, header, facts));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
