/**
 * 64-bit arithmetic on halves, for translated code: every function takes int32 halves, returns the low half and leaves
 * the high half in `R.hi`. Division is eBPF's (RFC 9669 4.1): x/0 = 0, x%0 = x, MIN/-1 = MIN, MIN%-1 = 0.
 */

export const R = { hi: 0 };

export function add64(al: number, ah: number, bl: number, bh: number): number {
  const lo = (al + bl) | 0;
  R.hi = (ah + bh + (lo >>> 0 < al >>> 0 ? 1 : 0)) | 0;
  return lo;
}

export function sub64(al: number, ah: number, bl: number, bh: number): number {
  R.hi = (ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
  return (al - bl) | 0;
}

export function mul64(al: number, ah: number, bl: number, bh: number): number {
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const low = a0 * b0;
  const mid = a1 * b0 + (low >>> 16);
  const mid2 = a0 * b1 + (mid & 0xffff);
  const carry = a1 * b1 + Math.floor(mid / 65536) + Math.floor(mid2 / 65536);
  R.hi = (carry + Math.imul(al, bh) + Math.imul(ah, bl)) | 0;
  return (mid2 << 16) | (low & 0xffff) | 0;
}

export function shl64(l: number, h: number, n: number): number {
  if (n === 0) {
    R.hi = h;
    return l;
  }
  if (n >= 32) {
    R.hi = l << (n - 32);
    return 0;
  }
  R.hi = (h << n) | (l >>> (32 - n));
  return l << n;
}

export function shr64(l: number, h: number, n: number): number {
  if (n === 0) {
    R.hi = h;
    return l;
  }
  if (n >= 32) {
    R.hi = 0;
    return (h >>> (n - 32)) | 0;
  }
  R.hi = (h >>> n) | 0;
  return (l >>> n) | (h << (32 - n));
}

export function sar64(l: number, h: number, n: number): number {
  if (n === 0) {
    R.hi = h;
    return l;
  }
  if (n >= 32) {
    R.hi = h >> 31;
    return h >> (n - 32);
  }
  R.hi = h >> n;
  return (l >>> n) | (h << (32 - n));
}

/** The halves as an unsigned number. */
export function join64(l: number, h: number): bigint {
  return (BigInt(h >>> 0) << 32n) | BigInt(l >>> 0);
}

/** The other way: low half returned, high half in R.hi. */
export function split64(value: bigint): number {
  R.hi = Number(BigInt.asIntN(32, value >> 32n));
  return Number(BigInt.asIntN(32, value));
}

export function udiv64(al: number, ah: number, bl: number, bh: number): number {
  if ((bl | bh) === 0) {
    R.hi = 0;
    return 0;
  }
  return split64(join64(al, ah) / join64(bl, bh));
}

export function urem64(al: number, ah: number, bl: number, bh: number): number {
  if ((bl | bh) === 0) {
    R.hi = ah;
    return al;
  }
  return split64(join64(al, ah) % join64(bl, bh));
}

const signed = (l: number, h: number): bigint => BigInt.asIntN(64, join64(l, h));

export function sdiv64(al: number, ah: number, bl: number, bh: number): number {
  if ((bl | bh) === 0) {
    R.hi = 0;
    return 0;
  }
  return split64(signed(al, ah) / signed(bl, bh));
}

export function srem64(al: number, ah: number, bl: number, bh: number): number {
  if ((bl | bh) === 0) {
    R.hi = ah;
    return al;
  }
  return split64(signed(al, ah) % signed(bl, bh));
}

export const udiv32 = (a: number, b: number): number => (b === 0 ? 0 : ((a >>> 0) / (b >>> 0)) | 0);
export const urem32 = (a: number, b: number): number => (b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0);
export const sdiv32 = (a: number, b: number): number => (b === 0 ? 0 : (a / b) | 0);
export const srem32 = (a: number, b: number): number => (b === 0 ? a : (a % b) | 0);

export function bswap32(x: number): number {
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}
