/** The binary formats' growing writer and bounds-checked reader, in either byte order. */

/** Appends numbers of fixed width; every method returns the writer. */
export class ByteWriter {
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private used = 0;
  private readonly little: boolean;

  constructor(endian: 'little' | 'big') {
    this.little = endian === 'little';
  }

  get length(): number {
    return this.used;
  }

  private reserve(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.used, this.buffer.length * 2));
      larger.set(this.buffer);
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): this {
    const at = this.reserve(1);
    this.view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.view.setUint16(at, value, this.little);
    return this;
  }

  u32(value: number): this {
    const at = this.reserve(4);
    this.view.setUint32(at, value, this.little);
    return this;
  }

  u64(value: bigint | number): this {
    const at = this.reserve(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), this.little);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  /** Zeros up to the next multiple of `alignment`. */
  align(alignment: number): this {
    while (this.used % alignment !== 0) this.u8(0);
    return this;
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.used);
  }
}

/** What a reader throws on a file that is cut or lies about its sizes; callers turn it into a diagnostic. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** Reads numbers of fixed width; every access is checked. */
export class ByteReader {
  private readonly view: DataView;
  private readonly data: Uint8Array;
  private readonly little: boolean;
  readonly endian: 'little' | 'big';
  at: number;

  constructor(data: Uint8Array, endian: 'little' | 'big', at = 0) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.endian = endian;
    this.little = endian === 'little';
    this.at = at;
  }

  get length(): number {
    return this.data.length;
  }

  private take(count: number): number {
    const at = this.at;
    if (at < 0 || count < 0 || at + count > this.data.length) {
      throw new MalformedError(
        `needs ${count} bytes at offset ${at}, there are ${Math.max(0, this.data.length - at)}`,
      );
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), this.little);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), this.little);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), this.little);
  }

  raw(count: number): Uint8Array {
    const at = this.take(count);
    return this.data.subarray(at, at + count);
  }

  /** NUL-terminated UTF-8 text at an absolute offset; the position does not move. */
  text(offset: number): string {
    let end = offset;
    while (end < this.data.length && this.data[end] !== 0) end++;
    if (offset < 0 || end >= this.data.length)
      throw new MalformedError(`unterminated string at offset ${offset}`);
    return new TextDecoder().decode(this.data.subarray(offset, end));
  }
}
