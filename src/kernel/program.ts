/**
 * Programs in the kernel: load with the verifier's log, statistics, test runs.
 *
 *     const loaded = loadProgram(system, { type: 31, insns, license: 'GPL' });
 *     if (loaded.ok) runProgram(system, loaded.fd, { context: new Uint8Array(24) });
 *
 * A refusal by the verifier is a value with its log; everything else that fails throws a KernelError.
 */

import { command } from './command.ts';
import { errnoName, succeed, type System } from './system.ts';

export interface ProgramSpec {
  /** BPF_PROG_TYPE_ number. */
  readonly type: number;
  readonly expectedAttachType?: number;
  /** Instructions in this machine's byte order, with file descriptors in place of map names. */
  readonly insns: Uint8Array;
  readonly license: string;
  /** The kernel keeps 15 bytes of letters, digits, `_` and `.`. */
  readonly name?: string;
  readonly flags?: number;
  /**
   * Bits: 1 the verifier's states, 2 more of them, 4 statistics. The default loads with 4, and again with 5 when
   * the program was refused.
   */
  readonly logLevel?: number;
  readonly btf?: {
    readonly fd: number;
    readonly funcInfo: Uint8Array;
    readonly funcInfoSize: number;
    readonly lineInfo: Uint8Array;
    readonly lineInfoSize: number;
  };
  /** BTF id of the kernel function, hook or iterator target. */
  readonly attachBtfId?: number;
  /** The program or BTF object that `attachBtfId` belongs to; 0: vmlinux. */
  readonly attachFd?: number;
}

export interface ProgramStats {
  /** Instructions that the verifier walked. */
  readonly processed: number;
  /** Bytes of stack per function, the main program's first; empty where the log has none. */
  readonly stackDepths: readonly number[];
  /** Bytes of machine code; 0 where the JIT is off. */
  readonly jitedLen: number;
  /** Bytes of instructions after the kernel's rewriting. */
  readonly xlatedLen: number;
  readonly verificationTimeUs: number;
}

export type LoadResult =
  | { readonly ok: true; readonly fd: number; readonly log: string; readonly stats: ProgramStats }
  | { readonly ok: false; readonly errno: number; readonly reason: string; readonly log: string };

const ENOSPC = 28;
const EAGAIN = 11;
const firstLogSize = 1 << 16;
/** Kernels before 5.17 refuse larger ones. */
const lastLogSize = (1 << 24) - 1;
const statistics = 4;
const states = 1;

interface Attempt {
  readonly result: number;
  readonly log: string;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Load with a log buffer that grows until the log fits. */
function attempt(system: System, spec: ProgramSpec, level: number): Attempt {
  for (let size = firstLogSize; ; size = Math.min(size * 8, lastLogSize)) {
    const log = new Uint8Array(level === 0 ? 0 : size);
    const { btf } = spec;
    const { result } = command(system, 'PROG_LOAD', {
      prog_type: spec.type,
      expected_attach_type: spec.expectedAttachType ?? 0,
      insns: spec.insns,
      insn_cnt: spec.insns.length / 8,
      license: spec.license,
      prog_name: kernelName(spec.name ?? ''),
      prog_flags: spec.flags ?? 0,
      attach_btf_id: spec.attachBtfId ?? 0,
      attach_fd: spec.attachFd ?? 0,
      ...(level === 0 ? {} : { log_level: level, log_size: size, log_buf: log }),
      ...(btf === undefined
        ? {}
        : {
            prog_btf_fd: btf.fd,
            func_info: btf.funcInfo,
            func_info_rec_size: btf.funcInfoSize,
            func_info_cnt: btf.funcInfo.length / btf.funcInfoSize,
            line_info: btf.lineInfo,
            line_info_rec_size: btf.lineInfoSize,
            line_info_cnt: btf.lineInfo.length / btf.lineInfoSize,
          }),
    });
    if (result === -EAGAIN) continue;
    if (result === -ENOSPC && size < lastLogSize) continue;
    return { result, log: text(log) };
  }
}

/** What the kernel takes as a name: at most 15 of letters, digits, `_` and `.`. */
export function kernelName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.]/g, '_').slice(0, 15);
}

/** The figures in the last lines of a verifier log. Stack depths are one line, or since 7.3 one line per function. */
export function logStatistics(
  log: string,
): Pick<ProgramStats, 'processed' | 'stackDepths' | 'verificationTimeUs'> {
  const number = (pattern: RegExp): number => Number(pattern.exec(log)?.[1] ?? 0);
  const joined = /^stack depth (\d+(?:\+\d+)*)/m.exec(log)?.[1];
  const separate = [...log.matchAll(/^subprog \d+ .* stack (\d+)$/gm)].map((match) => Number(match[1]));
  return {
    processed: number(/^processed (\d+) insns/m),
    stackDepths: joined === undefined ? separate : joined.split('+').map(Number),
    verificationTimeUs: number(/^verification time (\d+) usec/m),
  };
}

/** Where the states of a million instructions would say nothing, and take long. */
const endless = /^BPF program is too large\. Processed/m;

/** Ask the verifier; the caller closes the descriptor. */
export function loadProgram(system: System, spec: ProgramSpec): LoadResult {
  let { result, log } = attempt(system, spec, spec.logLevel ?? statistics);
  if (result < 0 && spec.logLevel === undefined && !endless.test(log)) {
    const again = attempt(system, spec, statistics | states);
    if (again.result !== -ENOSPC) ({ result, log } = again);
  }
  if (result < 0) return { ok: false, errno: -result, reason: errnoName(-result), log };
  const info = programInfo(system, result);
  return { ok: true, fd: result, log, stats: { ...logStatistics(log), ...info } };
}

/** Sizes from struct bpf_prog_info. */
function programInfo(system: System, fd: number): Pick<ProgramStats, 'jitedLen' | 'xlatedLen'> {
  const info = new Uint8Array(232);
  succeed(
    'BPF_OBJ_GET_INFO_BY_FD',
    command(system, 'OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info, info_len: info.length }).result,
  );
  const view = new DataView(info.buffer);
  return { jitedLen: view.getUint32(16, true), xlatedLen: view.getUint32(20, true) };
}

export interface RunInput {
  /** Packet bytes, for types that work on packets (xdp wants at least 14). */
  readonly data?: Uint8Array;
  /** The context's bytes, for syscall, raw_tracepoint, skb and xdp programs. */
  readonly context?: Uint8Array;
  readonly repeat?: number;
  /** BPF_F_TEST_ bits. */
  readonly flags?: number;
}

export interface RunOutput {
  readonly result: number;
  /** The packet after the run; empty without `data`. */
  readonly data: Uint8Array;
  /** The context after the run; empty without `context`. */
  readonly context: Uint8Array;
  /** Mean over the repetitions; 0 where the kernel does not measure the type. */
  readonly durationNs: number;
}

/** How the context comes back: the type's run function writes it over its input, to `ctx_out`, or not at all. */
const contextBack: Readonly<Record<number, 'in-place' | 'none'>> = { 31: 'in-place', 17: 'none' };

/** Packets may grow by a head and a tail. */
const packetRoom = 4096;

/** Run a loaded program once (or `repeat` times) with BPF_PROG_TEST_RUN. `type` is its BPF_PROG_TYPE_ number. */
export function runProgram(system: System, fd: number, type: number, input: RunInput): RunOutput {
  const back = contextBack[type] ?? 'out';
  const context = Uint8Array.from(input.context ?? []);
  const contextOut = new Uint8Array(back === 'out' ? context.length : 0);
  const data = input.data ?? new Uint8Array(0);
  const dataOut = new Uint8Array(data.length === 0 ? 0 : data.length + packetRoom);
  const { result, read } = command(system, 'PROG_TEST_RUN', {
    prog_fd: fd,
    flags: input.flags ?? 0,
    repeat: input.repeat ?? 0,
    ...(data.length === 0
      ? {}
      : { data_in: data, data_size_in: data.length, data_out: dataOut, data_size_out: dataOut.length }),
    ...(context.length === 0 ? {} : { ctx_in: context, ctx_size_in: context.length }),
    ...(contextOut.length === 0 ? {} : { ctx_out: contextOut, ctx_size_out: contextOut.length }),
  });
  succeed('BPF_PROG_TEST_RUN', result);
  return {
    result: read('retval'),
    data: dataOut.subarray(0, dataOut.length === 0 ? 0 : read('data_size_out')),
    context: back === 'out' ? contextOut : context,
    durationNs: read('duration'),
  };
}
