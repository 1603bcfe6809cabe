/**
 * The language contract, cell by cell, and the tests that execute each cell.
 *
 *     language/defers     golden/language/defers.go, by its run lines
 *     programs/shifts     golden/programs/shifts.go, by its run lines
 *     cases/TShl8         a function of src/lower/cases.ts
 *     suite/ken/label.go  a program of Go's own test suite
 *     gotest/zero         a test file of Go's compiler
 *     errors/stack        golden/errors/stack.go, refused with located errors
 *     test/PATH           a test of another form, with the reason in `note`
 *
 * Invariant: no cell is empty, and every test is there (golden/language.test.ts).
 */

export interface Cell {
  readonly area: string;
  readonly item: string;
  readonly tests: readonly string[];
  /** Why the cell is judged by fewer than the four executions; '': it is not. */
  readonly note: string;
}

const cell = (area: string, item: string, tests: string, note = ''): Cell => ({
  area,
  item,
  tests: tests.split(' '),
  note,
});

const refused = 'refused, by its own error';
/** Of a group of refusals in one file, each cell names its own code. */
const out = (item: string, code: string, file = 'outsidego'): Cell =>
  cell('out of the language', item, `errors/${file}#${code}`, refused);

export const cells: readonly Cell[] = [
  // ---------------------------------------------------------------- section 1
  cell(
    'laws',
    'it is Go: the same files accepted and refused',
    'test/golden/agreement.test.ts',
    'Go and the checker',
  ),
  cell('laws', 'the same inputs give the same outputs', 'language/expressions test/bench/fuzz/fuzz.test.ts'),
  cell(
    'laws',
    'division by zero, over-long shifts and uninitialised stack are Go’s',
    'programs/division programs/shifts language/layout',
  ),
  cell(
    'laws',
    'accepted means loadable: every dereference, index, slice and division is checked',
    'language/aborts language/regions language/calls',
  ),
  cell(
    'laws',
    'what cannot be made safe is an error at the Go line',
    'errors/stack errors/records errors/locks',
    refused,
  ),
  cell(
    'laws',
    'verifier effort: the loop that costs most is cut out, or named',
    'programs/loopwhole language/longloops errors/nested#too-complex errors/endless#unbounded-loop test/golden/budget.test.ts',
  ),

  // ---------------------------------------------------------------- types, layout, constants
  cell('types', 'bool', 'language/types programs/boollogic cases/TBool'),
  cell(
    'types',
    'sized integers, int, uint, uintptr',
    'language/types programs/narrow cases/TAdd8 cases/TMul16 cases/TMix64 cases/TSizes',
  ),
  cell('types', 'byte and rune', 'language/types language/strings cases/TConvU8'),
  cell('types', 'arrays', 'language/statements programs/localarray cases/TArray cases/TNestedArray'),
  cell(
    'types',
    'structs, nested and embedded',
    'language/methods programs/nestedstruct cases/TStruct cases/TMethod',
  ),
  cell('types', 'pointers', 'language/pointers programs/pointers cases/TPointer cases/TPointerField'),
  cell('types', 'named types and aliases', 'language/types suite/fixedbugs/issue23489.go'),
  cell('types', 'slices as views', 'language/regions cases/TSlice cases/TSlice3 cases/TDeepSlices'),
  cell(
    'types',
    'strings whose every value is constant',
    'language/strings cases/TString cases/TStringVar cases/TStringCompare',
  ),
  cell('types', 'function values', 'language/closures cases/TClosure cases/TApplyFunc cases/TNilFunc'),
  cell('layout', "Go's on a 64-bit machine, which is C's", 'language/layout cases/TSizes'),
  cell('layout', 'padding that others see is zero', 'language/layout programs/structkey'),
  cell(
    'layout',
    'a bool read from memory is normalised',
    'language/layout',
    'Go has no bool that holds 2: that line is judged by evaluator, machine and kernel',
  ),
  cell('constants', 'untyped, of arbitrary precision', 'language/constants gotest/arithConst'),
  cell('constants', 'iota', 'language/constants suite/const8.go'),
  cell('constants', 'typed', 'language/constants'),
  cell('constants', "overflow is Go's error", 'test/src/check/rejects.ts#constant-overflow', refused),

  // ---------------------------------------------------------------- declarations
  cell(
    'declarations',
    'const, var, type, func at package level',
    'language/packages language/constants programs/counter',
  ),
  cell('declarations', 'local declarations', 'language/types cases/TShadow cases/TLiteral'),
  cell(
    'declarations',
    'methods with value and pointer receivers',
    'language/methods language/receivers cases/TMethod cases/TMethodNil',
  ),
  cell(
    'declarations',
    'multiple and named results',
    'language/calls language/defers cases/TMulti cases/TNamed gotest/namedReturn',
  ),
  cell('declarations', 'several files of one package', 'language/packages'),
  cell('declarations', 'imports of other packages of the module, found through go.mod', 'language/packages'),

  // ---------------------------------------------------------------- expressions
  cell(
    'expressions',
    'every operator, &^ included',
    'language/expressions cases/TBits cases/TBits8 gotest/arith',
  ),
  cell(
    'expressions',
    'signed and unsigned division and remainder',
    'language/expressions programs/division cases/TDiv8 cases/TDivU64 gotest/arithBoundary',
  ),
  cell(
    'expressions',
    'shifts by counts that reach the width',
    'programs/shifts cases/TShl8 cases/TSar64 cases/TShiftSigned',
  ),
  cell(
    'expressions',
    'comparison of arrays and structs',
    'language/expressions cases/TEqual cases/TEqualLong gotest/zero',
  ),
  cell(
    'expressions',
    '== and != of pointers',
    'language/expressions language/pointers cases/TCompareNil suite/compos.go',
  ),
  cell('expressions', 'short circuit', 'language/expressions cases/TLogicOrder gotest/short'),
  cell('expressions', 'conversions', 'language/expressions cases/TConv cases/TConv8 suite/intcvt.go'),
  cell('expressions', 'composite literals', 'language/expressions cases/TLiteral'),
  cell('expressions', '&x', 'language/pointers cases/TPointer'),
  cell(
    'expressions',
    'selectors through pointers and embedded fields',
    'language/methods cases/TPointerField cases/TMethod',
  ),
  cell('expressions', 'method values called at once', 'language/methods'),

  // ---------------------------------------------------------------- statements
  cell('statements', 'if', 'language/statements programs/conditional cases/TIf'),
  cell(
    'statements',
    'for in all forms',
    'language/statements programs/loop cases/TFor cases/TWhile cases/TForever',
  ),
  cell('statements', 'range over integers', 'language/statements cases/TRangeInt cases/TRangeBare'),
  cell('statements', 'range over arrays', 'language/statements cases/TRangeCopy'),
  cell('statements', 'range over slices', 'language/statements language/regions cases/TSliceLoop'),
  cell('statements', 'range over constant strings', 'language/strings cases/TStringRange'),
  cell(
    'statements',
    'range over functions that inline',
    'language/closures language/rangefuncs cases/TRangeFunc cases/TRangeFuncReturn cases/TRangePairs',
  ),
  cell('statements', 'range over Go maps, left in every way', 'language/gomaps'),
  cell(
    'statements',
    'switch with init, tagless, fallthrough',
    'language/statements programs/switches cases/TSwitch cases/TTagless cases/TSwitchInit',
  ),
  cell('statements', 'goto and labels', 'language/statements cases/TGoto cases/TGotoOut suite/ken/label.go'),
  cell('statements', 'labelled break and continue', 'language/statements gotest/break cases/TNested'),
  cell('statements', 'op-assignment and ++', 'language/statements cases/TOpAssign programs/counter'),
  cell(
    'statements',
    'parallel assignment',
    'language/statements cases/TParallel cases/TSwapElements gotest/regalloc',
  ),
  cell(
    'statements',
    'defer, innermost first on return and on abort',
    'language/defers cases/TDefer cases/TDeferArgs cases/TDeferResult',
  ),
  cell('statements', 'defer in a loop', 'errors/outsidego#defer-repeated', refused),
  cell(
    'statements',
    'closures that do not escape',
    'language/closures cases/TClosure cases/TClosureWrite suite/closure1.go',
  ),

  // ---------------------------------------------------------------- built-ins
  cell(
    'built-ins',
    'len, cap, copy, clear',
    'language/builtins language/regions cases/TCopy cases/TClear cases/TSlice3',
  ),
  cell('built-ins', 'min and max', 'language/builtins cases/TMinMax'),
  cell('built-ins', 'panic', 'language/aborts language/defers cases/TPanic cases/TDeepPanic'),
  cell('built-ins', 'print and println', 'suite/printbig.go suite/helloworld.go'),
  cell('built-ins', 'new of what does not escape', 'language/builtins cases/TNew'),
  cell('built-ins', 'unsafe.Sizeof, Offsetof, Alignof', 'language/layout cases/TSizes'),
  cell(
    'built-ins',
    'math/bits: Len, LeadingZeros, TrailingZeros, OnesCount',
    'language/builtins cases/TLen cases/TLeading cases/TTrailing cases/TOnes',
  ),
  cell(
    'built-ins',
    'math/bits: Reverse, ReverseBytes, RotateLeft',
    'language/builtins cases/TReverse cases/TReverseBytes cases/TRotate',
  ),
  cell(
    'built-ins',
    'math/bits: Add64, Sub64, Mul64',
    'language/builtins cases/TAddCarry cases/TSubBorrow cases/TMul128',
  ),
  cell(
    'built-ins',
    'encoding/binary: both orders, reads and writes of slices',
    'language/builtins cases/TBinary',
  ),
  cell('built-ins', 'sync/atomic functions', 'language/builtins cases/TAtomic'),
  cell('built-ins', 'sync/atomic types', 'language/builtins suite/fixedbugs/issue71857.go'),

  // ---------------------------------------------------------------- generics, functions
  cell(
    'generics',
    'functions with type parameters, inferred and given',
    'language/generics cases/TGeneric suite/typeparam/shape1.go',
  ),
  cell('generics', 'types with type parameters', 'language/generics cases/TGenericStruct'),
  cell(
    'functions',
    'inlined where smaller or faster, else called',
    'language/calls language/aborts programs/calls cases/TCall',
  ),
  cell('functions', '//go:noinline is obeyed', 'language/calls language/aborts gotest/arithConst'),
  cell('functions', '//go:noinline of functions with slices, strings and functions', 'language/noinline'),
  cell('functions', 'recursion', 'errors/outsidego#recursion', refused),
  cell(
    'unsafe.Pointer',
    '*T to *U where U fits in the rest of the object',
    'language/pointers cases/TCast cases/TUnsafeSlice',
  ),
  cell('unsafe.Pointer', 'uintptr(p) is compared', 'language/pointers cases/TSizes'),
  cell('unsafe.Pointer', 'unsafe.Pointer of a number', 'errors/outsidego#number-to-pointer', refused),
  cell(
    'unsafe.Pointer',
    'unsafe.Add and unsafe.Slice',
    'language/pointers language/unsafeadd cases/TUnsafeSlice',
  ),

  // ---------------------------------------------------------------- out
  out('floats', 'no-float'),
  out('complex numbers', 'no-float'),
  out('goroutines', 'no-goroutine'),
  out('channels', 'no-channel'),
  out('select', 'no-select'),
  out('interfaces', 'no-interface'),
  out('type switches', 'no-type-switch'),
  out('escaping closures', 'pointer-in-global', 'localonly'),
  out('append', 'no-append'),
  out('make of slices', 'no-make'),
  out('run-time strings', 'no-runtime-string'),
  out('recover', 'no-recover'),
  out('init()', 'no-init'),
  out('user variadics', 'no-variadic'),
  out('method values and expressions', 'method-value'),
  cell(
    'out of the language',
    '_test.go files and files excluded by build tags are ignored',
    'language/packages',
  ),

  // ---------------------------------------------------------------- limits
  cell(
    'limits',
    '512 bytes of stack over any call chain',
    'errors/stackchain#stack-too-large errors/stack#stack-too-large',
    refused,
  ),
  cell(
    'limits',
    '256 bytes above a subprogram that can tail-call',
    'errors/tailstack#stack-too-large',
    refused,
  ),
  cell('limits', '8 frames, callbacks counted', 'errors/frames#too-many-frames', refused),
  cell(
    'limits',
    'five arguments in registers, more and structs by value through memory',
    'language/calls cases/TMany cases/TManyAbort cases/TByValue',
  ),
  cell(
    'limits',
    'acceptance does not depend on -O',
    'language/statements language/regions programs/sixlive programs/spilling',
  ),
  cell(
    'limits',
    'the error lists the variables that take the room',
    'errors/stackchain#stack-too-large',
    refused,
  ),
  cell(
    'local values',
    'pointers, slices and functions in locals, parameters, results, captures and fields of local structs',
    'language/regions language/closures',
  ),
  cell('local values', 'in maps and records', 'errors/localonly#pointer-in-map', refused),
  cell('local values', 'in package variables', 'errors/localonly#pointer-in-global', refused),
  cell(
    'local values',
    'local arrays of them take constant indexes',
    'language/regions errors/localonly#pointer-array-index',
  ),
  cell(
    'local values',
    'contexts: no addresses of fields',
    'errors/tworegions#context-address errors/contextcalls#context-address language/contextcalls',
    refused,
  ),

  // ---------------------------------------------------------------- section 3
  cell('abort', 'nil', 'language/aborts cases/TNilDeref cases/TNilFunc'),
  cell(
    'abort',
    'index and slice bounds',
    'language/aborts programs/localarray cases/TIndexOrder cases/TAssignPanicOrder',
  ),
  cell(
    'abort',
    'division by zero, negative shift counts',
    'language/aborts programs/division gotest/divbyzero',
  ),
  cell('abort', 'panic(…)', 'language/aborts language/defers cases/TPanic'),
  cell('abort', 'from any depth of calls', 'language/aborts cases/TDeepPanic cases/TManyAbort'),
  cell('abort', 'deferred calls run, in every frame', 'language/defers'),
  cell('abort', 'a lock is released', 'language/resources'),
  cell('abort', 'open records are discarded', 'language/resources'),
  cell('abort', 'callbacks of bpf.Loop and ForEach stop the iteration', 'language/aborts'),
  cell(
    'abort',
    'the value of every program type',
    'test/golden/verdicts.test.ts',
    'in the kernel where BPF_PROG_TEST_RUN executes the type; the others are loaded',
  ),
  cell('abort', '//bpf:panic N', 'language/aborts language/defers errors/abortvalue#result-out-of-range'),
  cell('results', 'a result in its range', 'language/results programs/xdpverdict'),
  cell('results', 'a constant out of range', 'errors/resultrange#result-out-of-range', refused),
  cell('results', 'a run-time one out of range aborts', 'language/results test/golden/verdicts.test.ts'),
  cell(
    'results',
    'the default of a program without result',
    'language/results test/golden/verdicts.test.ts',
    'bpf.RunVoid gives nothing to compare: evaluator, machine and kernel',
  ),

  // ---------------------------------------------------------------- section 4, arrays
  cell(
    'array slices',
    'Go checks: 0 <= low <= high <= max <= cap',
    'language/regions cases/TSlice cases/TSlice3 cases/TNilSlice',
  ),
  cell(
    'array slices',
    'functions that take slices or pointers, by region',
    'language/regions cases/TSliceArg cases/TSliceResult cases/TParser',
  ),
  cell(
    'array slices',
    'a variable that holds slices of two regions',
    'errors/tworegions#two-regions',
    refused,
  ),
  cell(
    'array slices',
    'conversion to arrays, literals',
    'language/aborts cases/TSliceToArray cases/TSliceLiteral',
  ),

  // ---------------------------------------------------------------- section 7
  cell(
    'SDK',
    'bodies that simulate: maps, records, printk, time',
    'language/resources language/aborts test/sdk/bpf/maps_test.go test/sdk/bpf/run_test.go',
  ),
  cell(
    'SDK',
    'bpf.Run: aborts, releases, tail calls, result ranges',
    'test/golden/verdicts.test.ts test/sdk/bpf/run_test.go',
    'Go itself',
  ),
  cell(
    'SDK',
    'one source of truth: every declaration has its lowering',
    'test/src/lower/intrinsics/table.test.ts test/scripts/gen-sdk.test.ts',
    'a comparison of tables',
  ),
  cell(
    'SDK',
    'bpfc init writes a module that vets and tests at once',
    'test/src/cli/cli.test.ts',
    'the command itself',
  ),
];
