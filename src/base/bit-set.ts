/** A set of small integers, one bit each; grows as needed. */
export class BitSet {
  #words: Uint32Array;

  constructor(capacity = 32) {
    this.#words = new Uint32Array(Math.max(1, (capacity + 31) >>> 5));
  }

  static of(...members: readonly number[]): BitSet {
    const set = new BitSet();
    for (const m of members) set.add(m);
    return set;
  }

  has(member: number): boolean {
    return ((this.#words[member >>> 5] ?? 0) & (1 << (member & 31))) !== 0;
  }

  /** Was it new? */
  add(member: number): boolean {
    const at = member >>> 5;
    if (at >= this.#words.length) this.#grow(at + 1);
    const old = this.#words[at]!;
    this.#words[at] = old | (1 << (member & 31));
    return this.#words[at] !== old;
  }

  /** Was it there? */
  delete(member: number): boolean {
    const at = member >>> 5;
    if (!this.has(member)) return false;
    this.#words[at] = this.#words[at]! & ~(1 << (member & 31));
    return true;
  }

  /** Adds all of `other`; did that add anything? */
  union(other: BitSet): boolean {
    if (other.#words.length > this.#words.length) this.#grow(other.#words.length);
    let changed = false;
    for (let i = 0; i < other.#words.length; i++) {
      const old = this.#words[i]!;
      this.#words[i] = old | other.#words[i]!;
      changed ||= this.#words[i] !== old;
    }
    return changed;
  }

  /** Keeps only what `other` has too; did that remove anything? */
  intersect(other: BitSet): boolean {
    let changed = false;
    for (let i = 0; i < this.#words.length; i++) {
      const old = this.#words[i]!;
      this.#words[i] = old & (other.#words[i] ?? 0);
      changed ||= this.#words[i] !== old;
    }
    return changed;
  }

  /** Removes all of `other`. */
  subtract(other: BitSet): void {
    const n = Math.min(this.#words.length, other.#words.length);
    for (let i = 0; i < n; i++) this.#words[i] = this.#words[i]! & ~other.#words[i]!;
  }

  equals(other: BitSet): boolean {
    const n = Math.max(this.#words.length, other.#words.length);
    for (let i = 0; i < n; i++) if ((this.#words[i] ?? 0) !== (other.#words[i] ?? 0)) return false;
    return true;
  }

  clear(): void {
    this.#words.fill(0);
  }

  copy(): BitSet {
    const set = new BitSet(this.#words.length * 32);
    set.#words.set(this.#words);
    return set;
  }

  get empty(): boolean {
    return this.#words.every((w) => w === 0);
  }

  get size(): number {
    let count = 0;
    for (const _ of this) count++;
    return count;
  }

  /** Members, ascending. */
  *[Symbol.iterator](): Generator<number, void, void> {
    for (let i = 0; i < this.#words.length; i++) {
      for (let w = this.#words[i]!; w !== 0; w &= w - 1) yield i * 32 + (31 - Math.clz32(w & -w));
    }
  }

  #grow(words: number): void {
    const next = new Uint32Array(Math.max(words, this.#words.length * 2));
    next.set(this.#words);
    this.#words = next;
  }
}
