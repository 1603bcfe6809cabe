/**
 * What loaders tell programs about static probes: struct __bpf_usdt_spec and the maps of src/usdt.bpf.h of libbpf
 * (read), by which any loader can serve any program.
 *
 *     args[12] { u64 value; u32 kind; s16 register; bool signed; u8 shift }; u64 cookie; s16 count
 */

export const usdtSpec = {
  args: 12,
  argSize: 16,
  /** Byte offsets in an argument's part. */
  value: 0,
  kind: 8,
  register: 12,
  signed: 14,
  shift: 15,
  /** Byte offsets in the whole. */
  cookie: 192,
  count: 200,
  size: 208,
  /** Of an argument: its value; the register at an offset of pt_regs; memory that such a register points to. */
  kinds: { constant: 0, register: 1, memory: 2 },
} as const;

export const usdtMaps = {
  __bpf_usdt_specs: { type: 'array', keySize: 4, valueSize: usdtSpec.size, maxEntries: 256 },
  /** For kernels without cookies; libbpf wants it to be there. */
  __bpf_usdt_ip_to_spec_id: { type: 'hash', keySize: 8, valueSize: 4, maxEntries: 1024 },
} as const;
