import { expect, test } from 'vitest';
import { type CompileOptions, compile } from '../src/compile.ts';

/** The names of the passes that a compilation shows, in order. */
function shown(text: string, options: Partial<CompileOptions>): { errors: string[]; passes: string[] } {
  const passes: string[] = [];
  const onAfterPass = (pass: string): void => void passes.push(pass);
  const result = compile({ files: [{ name: 'p.go', text }], options: { ...options, onAfterPass } });
  return { errors: result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code), passes };
}

const plain = `package p

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Main() {}
`;

const withVariable = `package p

var count uint64

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Main() { count++ }
`;

const unbounded = `package p

type Args struct{ A, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	for n := ctx.A; n != 1; n = n / 2 {
		ctx.Result += n
	}
	return 0
}
`;

test('passes are shown once, whether or not the output turned out to need the object', () => {
  const once = shown(plain, { emit: 'go' });
  const twice = shown(withVariable, { emit: 'go' });
  expect(once.errors).toEqual([]);
  expect(twice.errors).toEqual([]);
  expect(once.passes.length).toBeGreaterThan(40);
  expect(twice.passes).toEqual(once.passes);
});

test('passes are shown once when a loop became a function for bpf_loop', () => {
  const { errors, passes } = shown(unbounded, { emit: 'object', targetKernel: '6.1' });
  expect(errors).toEqual([]);
  expect(passes.filter((pass) => pass === 'select')).toEqual(['select']);
});

test('a form that carries no object says that it needs one', () => {
  expect(shown(withVariable, { emit: 'bytecode' }).errors).toEqual(['needs-object']);
});
