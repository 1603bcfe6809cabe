/**
 * Results kept by the identity of what they were computed from. The forms of a program are immutable and a pass that
 * changes nothing returns its input, so an analysis of a function holds as long as the function is the same object.
 *
 *     export const cfgOf = memo((f: Func) => flowGraph(…));
 *     const settle = settled(improve);      // settle(settle(f)) does the work once
 *
 * Nothing is kept alive: a result goes with its key.
 */

/** The function, computing once for each key. Its results must not be changed. */
export function memo<K extends object, V extends object>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const old = known.get(key);
    if (old !== undefined) return old;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

/** A rewrite to a fixed point: what it left, and what it found nothing in, comes back at once the next time. */
export function settled<T extends object, A extends readonly unknown[]>(
  rewrite: (input: T, ...more: A) => T,
): (input: T, ...more: A) => T {
  const done = new WeakSet<T>();
  return (input, ...more) => {
    if (done.has(input)) return input;
    const result = rewrite(input, ...more);
    done.add(result);
    return result;
  };
}
