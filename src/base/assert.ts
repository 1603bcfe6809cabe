/** Compiler bugs throw; user errors are diagnostics (see diagnostic.ts). The CLI turns a throw into exit status 70. */

export class CompilerBug extends Error {
  override readonly name = 'CompilerBug';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new CompilerBug(message);
}

/** For the `default` of an exhaustive switch, and for states that a checked invariant excludes. */
export function unreachable(message: string, _never?: never): never {
  throw new CompilerBug(message);
}

/** The value, which an invariant says is there. */
export function must<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new CompilerBug(message);
  return value;
}
