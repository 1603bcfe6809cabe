/** Bytes as base64 (RFC 4648), without a Node or browser API. */

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let k = 0; k < 4; k++) {
      const inside = i + k <= bytes.length;
      text += inside ? digits.charAt((word >> (18 - 6 * k)) & 63) : '=';
    }
  }
  return text;
}
