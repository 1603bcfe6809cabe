import { describe, expect, it } from 'vitest';
import {
  contextField,
  contextRow,
  contexts,
  hasDirectPacket,
  mayRead,
  mayReadThrough,
  mayWrite,
} from './contexts.ts';
import { helperLater, helperMatrix } from './helper-matrix.ts';
import {
  type HelperName,
  type HelperRow,
  helperByGoName,
  helperById,
  helperGoName,
  helperNames,
  helperPrograms,
  helperSignature,
  helpers,
  helperVerdict,
} from './helpers.ts';
import { compareKernels, features, newestKernel, parseKernel, supports } from './kernels.ts';
import { type MapRow, mapRowOfSdk, maps, mapTakesHelper } from './maps.ts';
import { mayLock, type ProgramRow, programRow, programs } from './programs.ts';

describe('helpers', () => {
  it('numbers are 1 to 211 in order', () => {
    expect(helperNames().map((name) => helpers[name].id)).toEqual(
      Array.from({ length: 211 }, (_, i) => i + 1),
    );
    expect(helperById(14)).toBe('get_current_pid_tgid');
    expect(helperById(212)).toBeNull();
  });

  it('every size follows its memory, and arguments fit the registers', () => {
    for (const [name, row] of Object.entries<HelperRow>(helpers)) {
      expect(row.args.length, name).toBeLessThanOrEqual(5);
      row.args.forEach((arg, i) => {
        if (arg.kind !== 'size' && arg.kind !== 'size-or-zero') return;
        expect(row.args[i - 1]?.kind, `${name} ${arg.name}`).toMatch(/^mem-/);
      });
      row.args.forEach((arg, i) => {
        if (!/^mem-(?!fixed)/.test(arg.kind)) return;
        expect(row.args[i + 1]?.kind, `${name} ${arg.name}`).toMatch(/size/);
      });
      expect(parseKernel(row.since), name).toBe(row.since);
    }
  });

  it('names go to Go and back', () => {
    expect(helperGoName('get_prandom_u32')).toBe('GetPrandomU32');
    for (const name of helperNames()) expect(helperByGoName(helperGoName(name))).toBe(name);
    expect(helperByGoName('NoSuch')).toBeNull();
  });

  it('signatures are C prototypes', () => {
    expect(helperSignature('get_current_comm')).toBe('long bpf_get_current_comm(void *buf, u32 size_of_buf)');
    expect(helperSignature('ktime_get_ns')).toBe('u64 bpf_ktime_get_ns(void)');
    expect(helperSignature('trace_printk')).toBe('long bpf_trace_printk(const char *fmt, u32 fmt_size, ...)');
  });

  it('the matrix has a letter per helper and a row per program type', () => {
    for (const [type, letters] of Object.entries(helperMatrix))
      expect(letters, type).toMatch(/^[.os\-OS]{211}$/);
    for (const row of Object.values<ProgramRow>(programs))
      expect(helperMatrix[row.helpers], row.type).toBeDefined();
    const verdict = { allowed: true, sleepable: false, measured: true };
    expect(helperVerdict('xdp_adjust_head', 'xdp')).toEqual({ ...verdict, since: '4.10' });
    expect(helperVerdict('xdp_adjust_head', 'tracepoint')).toMatchObject({ ...verdict, allowed: false });
    expect(helperVerdict('override_return', 'kprobe')).toEqual({
      ...verdict,
      measured: false,
      since: '4.16',
    });
    expect(helperVerdict('copy_from_user', 'fentry').sleepable).toBe(true);
  });

  it('a program type may get a helper later than the others', () => {
    expect(helperVerdict('get_current_pid_tgid', 'kprobe').since).toBe('4.2');
    expect(helperVerdict('get_current_pid_tgid', 'xdp').since).toBe('6.12');
    expect(helperVerdict('get_current_comm', 'xdp').since).toBe('6.18');
    expect(helperVerdict('setsockopt', 'cgroup_sock_addr/bind').since).toBe('5.12');
    for (const [type, later] of Object.entries(helperLater)) {
      for (const [name, since] of Object.entries(later)) {
        expect(compareKernels(since, helpers[name as HelperName].since), `${type} ${name}`).toBeGreaterThan(
          0,
        );
      }
    }
  });

  it('few helpers are for one type only', () => {
    expect(helperPrograms('rc_keydown')).toEqual(['ext', 'lirc_mode2']);
  });
});

describe('programs', () => {
  const rows = Object.entries<ProgramRow>(programs);

  it('has libbpf’s 105 section kinds', () => expect(rows.length).toBe(105));

  it('default and abort lie in the range', () => {
    for (const [kind, row] of rows) {
      const [low, high] = row.results ?? [-(2n ** 31n), 2n ** 31n - 1n];
      for (const value of [row.defaultResult, row.abort]) {
        expect(value >= low && value <= high, kind).toBe(true);
      }
    }
  });

  it('finds the longest kind', () => {
    expect(programRow('xdp.frags/devmap')).toMatchObject({ kind: 'xdp.frags/devmap', target: '' });
    expect(programRow('tracepoint/syscalls/sys_enter_openat')).toMatchObject({
      kind: 'tracepoint',
      target: 'syscalls/sys_enter_openat',
    });
    expect(programRow('?kprobe.multi/tcp_*')).toMatchObject({ kind: 'kprobe.multi', target: 'tcp_*' });
    expect(programRow('nothing/here')).toBeNull();
    expect(programRow('constructor')).toBeNull();
  });

  it('follows the design’s abort values', () => {
    expect(programs['cgroup/recvmsg4'].abort).toBe(1n);
    expect(programs.lsm.abort).toBe(-1n);
    expect(programs.tc.abort).toBe(2n);
    expect(programs['cgroup/connect4'].abort).toBe(0n);
  });

  it('knows who may lock', () => {
    expect(mayLock(programs.tc)).toBe(true);
    expect(mayLock(programs.kprobe)).toBe(false);
  });
});

describe('contexts', () => {
  it('fields lie inside their struct, aligned', () => {
    for (const name of [...Object.keys(contexts), 'Kprobe', 'PerfEvent']) {
      for (const arch of ['x86_64', 'arm64'] as const) {
        const row = contextRow(name, arch);
        for (const [field, at] of Object.entries(row?.fields ?? {})) {
          expect(at.offset + at.width * (at.count ?? 1), `${name}.${field}`).toBeLessThanOrEqual(
            row?.size ?? 0,
          );
          expect(at.offset % Math.min(at.width, 8), `${name}.${field}`).toBe(0);
        }
      }
    }
  });

  it('knows who may touch a field', () => {
    const mark = contexts.SKB.fields.Mark;
    expect(mayWrite(mark, programs.tc)).toBe(true);
    expect(mayWrite(mark, programs.socket)).toBe(false);
    expect(mayRead(contexts.SockAddr.fields.UserIP4, programs['cgroup/connect6'])).toBe(false);
    expect(mayWrite(contexts.SockAddr.fields.UserPort, programs['cgroup/connect6'])).toBe(true);
    expect(hasDirectPacket(programs.xdp)).toBe(true);
    expect(hasDirectPacket(programs.socket)).toBe(false);
    expect(hasDirectPacket(programs.syscall)).toBe(false);
  });

  it('pointers to sockets show what the verifier lets them', () => {
    expect(mayReadThrough('Mark', 'sock')).toBe(true);
    expect(mayReadThrough('Mark', 'sock-common-or-null')).toBe(false);
    expect(mayReadThrough('Family', 'sock-common-or-null')).toBe(true);
  });

  it('registers depend on the machine', () => {
    expect(contextField('Kprobe', 'Regs.Arg1')?.offset).toBe(112);
    expect(contextField('Kprobe', 'Regs.Arg2', 'arm64')?.offset).toBe(8);
    expect(contextField('PerfEvent', 'SamplePeriod')?.offset).toBe(168);
    expect(contextField('XDP', 'constructor')).toBeNull();
  });
});

describe('maps', () => {
  it('numbers and SDK names are unique', () => {
    const rows = Object.values<MapRow>(maps);
    expect(new Set(rows.map((row) => row.id)).size).toBe(33);
    expect(new Set(rows.map((row) => row.sdk)).size).toBe(33);
  });

  it('knows which helpers take which map', () => {
    expect(mapTakesHelper(maps.ringbuf, 'map_lookup_elem')).toBe(false);
    expect(mapTakesHelper(maps.hash, 'map_lookup_elem')).toBe(true);
    expect(mapTakesHelper(maps.sockhash, 'sk_redirect_map')).toBe(false);
    expect(mapRowOfSdk('LPMTrie')?.flags).toBe(1);
    expect(mapRowOfSdk('toString')).toBeNull();
  });
});

describe('kernels', () => {
  it('compares by number', () => {
    expect(compareKernels('5.15', '5.4')).toBeGreaterThan(0);
    expect(compareKernels('6.1', '6.1')).toBe(0);
    expect(parseKernel('v6.1.0-17-amd64')).toBe('6.1');
    expect(parseKernel('six')).toBeNull();
    expect(supports('5.15', features.bpf_loop.since)).toBe(false);
    expect(newestKernel(['4.9', '4.18', '4.2'])).toBe('4.18');
  });
});
