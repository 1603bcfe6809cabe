/**
 * Writes the helper table: src/bpf/helper-rows.ts and, given the measurements, src/bpf/helper-matrix.ts.
 *
 *     npx tsx scripts/gen-helpers.ts [--defs bpf_helper_defs.h] [--matrix helpers-by-program-type.json]
 *
 * Names, numbers and prototypes are facts of the C header; first kernel, licence, argument kinds and the one-line
 * descriptions are ours, in helper-facts.txt; who may call what was measured by loading one call per helper and
 * program type (`--matrix`), and where the measuring kernel could not say, read from the kernel's *_func_proto.
 *
 * Invariant: every prototype has exactly one fact line of as many kinds as it has arguments, and the reverse.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

type Measured = Readonly<
  Record<string, Readonly<Record<string, { readonly id: number; readonly r: 'ok' | 'gpl' | 'sleepable' }>>>
>;

/** One letter a helper: refused, allowed, allowed under GPL, allowed when sleepable; capital where read, not measured. */
const measuredLetter = { ok: 'o', gpl: 'g', sleepable: 's' } as const;

/**
 * Rows made of another row: what a kind has beyond or without it, read in the kernel source file named.
 * `+` names are allowed, `-` names are not; `all` reads the whole row instead of keeping what was measured.
 */
interface Derived {
  readonly key: string;
  readonly from: string;
  readonly plus: string;
  readonly minus: string;
  /** The kernel file that was read. */
  readonly source: string;
}

const derived: readonly Derived[] = [
  {
    key: 'fentry',
    from: 'tp_btf',
    plus: 'get_func_arg get_func_arg_cnt',
    minus: '',
    source: 'kernel/trace/bpf_trace.c tracing_prog_func_proto',
  },
  {
    key: 'fexit',
    from: 'tp_btf',
    plus: 'get_func_arg get_func_arg_cnt get_func_ret',
    minus: '',
    source: 'kernel/trace/bpf_trace.c tracing_prog_func_proto',
  },
  {
    key: 'lsm',
    from: 'tp_btf',
    plus: 'bprm_opts_set ima_inode_hash ima_file_hash inode_storage_get inode_storage_delete spin_lock spin_unlock setsockopt getsockopt get_func_arg get_func_arg_cnt',
    minus: '',
    source: 'kernel/bpf/bpf_lsm.c bpf_lsm_func_proto',
  },
  {
    key: 'lsm_cgroup',
    from: 'tp_btf',
    plus: 'get_retval set_retval get_local_storage inode_storage_get inode_storage_delete spin_lock spin_unlock setsockopt getsockopt get_netns_cookie',
    minus: '',
    source: 'kernel/bpf/bpf_lsm.c bpf_lsm_func_proto',
  },
  {
    key: 'struct_ops',
    from: 'netfilter',
    plus: 'tcp_send_ack sk_storage_get sk_storage_delete setsockopt getsockopt ktime_get_coarse_ns',
    minus: '',
    source: 'net/ipv4/bpf_tcp_ca.c bpf_tcp_ca_get_func_proto',
  },
  { key: 'ext', from: 'sched_cls', plus: '*', minus: '', source: 'as the replaced function’s program' },
  {
    key: 'lirc_mode2',
    from: 'netfilter',
    plus: 'rc_repeat rc_keydown rc_pointer_rel',
    minus: '',
    source: 'drivers/media/rc/bpf-lirc.c lirc_mode2_func_proto',
  },
  {
    key: 'cgroup_sock_addr/bind',
    from: 'cgroup_sock_addr',
    plus: '',
    minus: 'bind',
    source: 'net/core/filter.c sock_addr_func_proto',
  },
  {
    key: 'cgroup_sock_addr/named',
    from: 'cgroup_sock_addr',
    plus: '',
    minus: 'bind get_retval set_retval',
    source: 'kernel/bpf/cgroup.c cgroup_common_func_proto',
  },
  {
    key: 'cgroup_sockopt/set',
    from: 'cgroup_sockopt',
    plus: 'setsockopt getsockopt',
    minus: '',
    source: 'kernel/bpf/cgroup.c cg_sockopt_func_proto',
  },
];

/** Refused by the measuring kernel's lockdown; allowed by bpf_tracing_func_proto elsewhere. */
const lockedDown: Readonly<Record<string, readonly string[]>> = {
  probe_write_user: [
    'kprobe',
    'tracepoint',
    'raw_tracepoint',
    'raw_tracepoint_writable',
    'perf_event',
    'tp_btf',
    'iter',
  ],
  override_return: ['kprobe'],
};

/** Text of src/bpf/helper-matrix.ts. */
export function helperMatrixSource(measured: Measured, header: string, factsText: string): string {
  const facts = parseFacts(factsText);
  const names = parsePrototypes(header).map((prototype) => prototype.name);
  const rows = new Map<string, string[]>();
  for (const [type, cells] of Object.entries(measured)) {
    const key = type.replace(/\(.*/, '');
    const letters = names.map((name) => {
      const cell = cells[`bpf_${name}`];
      if (cell?.r === 'gpl' && facts.get(name)?.gpl !== true)
        throw new Error(`${name} was refused without GPL`);
      if (cell !== undefined)
        return measuredLetter[sleeps.has(name) && cell.r === 'gpl' ? 'sleepable' : cell.r];
      if (lockedDown[name]?.includes(key)) return 'G';
      return '.';
    });
    rows.set(key, letters);
  }
  for (const row of derived) {
    const from = rows.get(row.from);
    if (from === undefined) throw new Error(`no row ${row.from}`);
    const plus = new Set(row.plus.split(' '));
    const minus = new Set(row.minus.split(' '));
    rows.set(
      row.key,
      names.map((name, i) => {
        if (minus.has(name)) return '-';
        if (plus.has('*') || plus.has(name)) return facts.get(name)?.gpl ? 'G' : sleeps.has(name) ? 'S' : 'O';
        return from[i] === '.' ? '-' : (from[i] ?? '-').toUpperCase();
      }),
    );
  }
  const wrap = (letters: readonly string[]): string =>
    [letters.slice(0, 106).join(''), letters.slice(106).join('')].map((part) => `\n    '${part}'`).join(' +');
  const lines = [...rows].map(([key, letters]) => {
    const source = derived.find((row) => row.key === key)?.source;
    const comment = source === undefined ? '' : `  // read: ${source}\n`;
    return `${comment}  ${/^\w+$/.test(key) ? key : quote(key)}:${wrap(letters)},`;
  });
  return `/**
 * Which program types may call which helpers, one letter a helper in the order of their numbers, from 1:
 * \`.\` refused, \`o\` allowed, \`g\` allowed under GPL, \`s\` allowed when the program may sleep, measured on Linux 6.18 by
 * loading the call; \`-\`, \`O\`, \`G\`, \`S\` the same, read in the kernel's source. Made by scripts/gen-helpers.ts.
 */

// biome-ignore format: letters in columns
export const helperMatrix: Readonly<Record<string, string>> = {
${lines.join('\n')}
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
  const matrix = option('--matrix');
  if (matrix !== null) {
    const measured: Measured = JSON.parse(readFileSync(matrix, 'utf8'));
    writeFileSync(here('../src/bpf/helper-matrix.ts'), helperMatrixSource(measured, header, facts));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
