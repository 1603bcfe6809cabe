/**
 * The language contract, cell by cell, and the tests that execute each cell.
 *
 *     programs/shifts     golden/programs/shifts.go, by its run lines
 *     cases/TShl8         a function of src/lower/cases.ts
 *     suite/ken/label.go  a program of Go's own test suite
 *     gotest/zero         a test file of Go's compiler
 *
 * Invariant: no cell is empty, and every test is there (golden/language.test.ts).
 */

export interface Cell {
  readonly area: string;
  readonly item: string;
  readonly tests: readonly string[];
}

const cell = (area: string, item: string, tests: string): Cell => ({ area, item, tests: tests.split(' ') });

export const cells: readonly Cell[] = [
  cell('types', 'bool', 'programs/boollogic cases/TBool'),
  cell(
    'types',
    'sized integers, int, uint, uintptr',
    'programs/narrow cases/TAdd8 cases/TMul16 cases/TMix64 cases/TSizes',
  ),
  cell('types', 'byte and rune', 'cases/TStringRange cases/TConvU8'),
  cell('types', 'arrays', 'programs/localarray cases/TArray cases/TNestedArray'),
  cell('types', 'structs, nested and embedded', 'programs/nestedstruct cases/TStruct cases/TMethod'),
  cell('types', 'pointers', 'programs/pointers cases/TPointer cases/TPointerField'),
  cell('types', 'named types and aliases', 'cases/TMethod suite/fixedbugs/issue23489.go'),
  cell('types', 'slices as views', 'cases/TSlice cases/TSlice3 cases/TDeepSlices'),
  cell('types', 'constant strings', 'cases/TString cases/TStringVar cases/TStringCompare'),
  cell('types', 'function values', 'cases/TClosure cases/TApplyFunc cases/TNilFunc'),
  cell('layout', "Go's on a 64-bit machine", 'cases/TSizes programs/structkey'),
  cell('layout', 'padding that others see is zero', 'programs/structkey'),
  cell('layout', 'a bool read from memory is normalised', 'programs/boollogic'),
  cell('constants', 'untyped, arbitrary precision, iota, typed', 'gotest/arithConst suite/const8.go'),
  cell('declarations', 'const, var, type, func at package level', 'programs/calls programs/counter'),
  cell('declarations', 'local declarations', 'cases/TShadow cases/TLiteral'),
  cell('declarations', 'methods with value and pointer receivers', 'cases/TMethod cases/TMethodNil'),
  cell('declarations', 'multiple and named results', 'cases/TMulti cases/TNamed gotest/namedReturn'),
  cell('expressions', 'arithmetic of every operator, &^ included', 'cases/TBits cases/TBits8 gotest/arith'),
  cell(
    'expressions',
    'signed and unsigned division and remainder',
    'programs/division cases/TDiv8 cases/TDivU64 gotest/arithBoundary',
  ),
  cell(
    'expressions',
    'shifts by counts that reach the width',
    'programs/shifts cases/TShl8 cases/TSar64 cases/TShiftSigned',
  ),
  cell('expressions', 'comparison of arrays and structs', 'cases/TEqual cases/TEqualLong gotest/zero'),
  cell('expressions', '== and != of pointers', 'cases/TCompareNil suite/compos.go'),
  cell('expressions', 'short circuit', 'cases/TLogicOrder gotest/short'),
  cell('expressions', 'conversions', 'cases/TConv cases/TConv8 suite/intcvt.go'),
  cell('expressions', 'composite literals and &x', 'cases/TLiteral cases/TPointer'),
  cell('expressions', 'selectors through pointers and embedded fields', 'cases/TPointerField cases/TMethod'),
  cell('statements', 'if', 'programs/conditional cases/TIf'),
  cell('statements', 'for in all forms', 'programs/loop cases/TFor cases/TWhile cases/TForever'),
  cell('statements', 'range over integers', 'cases/TRangeInt cases/TRangeBare'),
  cell('statements', 'range over arrays and slices', 'cases/TRangeCopy cases/TSliceLoop'),
  cell('statements', 'range over constant strings', 'cases/TStringRange'),
  cell('statements', 'range over functions', 'cases/TRangeFunc cases/TRangeFuncReturn cases/TRangePairs'),
  cell(
    'statements',
    'switch with init, tagless, fallthrough',
    'programs/switches cases/TSwitch cases/TTagless cases/TSwitchInit',
  ),
  cell('statements', 'goto and labels', 'cases/TGoto cases/TGotoOut suite/ken/label.go'),
  cell('statements', 'labelled break and continue', 'gotest/break cases/TNested'),
  cell('statements', 'op-assignment and ++', 'cases/TOpAssign programs/counter'),
  cell('statements', 'parallel assignment', 'cases/TParallel cases/TSwapElements gotest/regalloc'),
  cell('statements', 'defer, on return and on abort', 'cases/TDefer cases/TDeferArgs cases/TDeferResult'),
  cell('statements', 'closures that do not escape', 'cases/TClosure cases/TClosureWrite suite/closure1.go'),
  cell('built-ins', 'len, cap, copy, clear', 'cases/TCopy cases/TClear cases/TSlice3'),
  cell('built-ins', 'min and max', 'cases/TMinMax'),
  cell('built-ins', 'panic', 'cases/TPanic cases/TDeepPanic'),
  cell('built-ins', 'print and println', 'suite/printbig.go suite/helloworld.go'),
  cell('built-ins', 'new', 'cases/TNew'),
  cell('built-ins', 'unsafe.Sizeof, Offsetof, Alignof', 'cases/TSizes'),
  cell(
    'built-ins',
    'math/bits',
    'cases/TLen cases/TLeading cases/TTrailing cases/TOnes cases/TReverse cases/TReverseBytes cases/TRotate cases/TAddCarry cases/TSubBorrow cases/TMul128',
  ),
  cell('built-ins', 'encoding/binary', 'cases/TBinary'),
  cell('built-ins', 'sync/atomic', 'cases/TAtomic suite/fixedbugs/issue71857.go'),
  cell('generics', 'functions with type parameters', 'cases/TGeneric suite/typeparam/shape1.go'),
  cell('generics', 'types with type parameters', 'cases/TGenericStruct'),
  cell('functions', 'inlined, or called', 'programs/calls cases/TCall'),
  cell('functions', '//go:noinline', 'gotest/arithConst'),
  cell(
    'functions',
    'more than five arguments, structs by value',
    'cases/TMany cases/TManyAbort cases/TByValue',
  ),
  cell('unsafe.Pointer', 'casts, uintptr and unsafe.Add', 'cases/TCast cases/TUnsafeSlice cases/TSizes'),
  cell('limits', 'acceptance does not depend on -O', 'programs/sixlive programs/spilling'),
  cell('abort', 'nil', 'cases/TNilDeref cases/TNilFunc'),
  cell('abort', 'index and slice bounds', 'programs/localarray cases/TIndexOrder cases/TAssignPanicOrder'),
  cell('abort', 'division by zero', 'programs/division gotest/divbyzero'),
  cell('abort', 'from any depth of calls', 'cases/TDeepPanic cases/TManyAbort'),
  cell('results', 'a verdict in its range', 'programs/xdpverdict'),
  cell(
    'array slices',
    'Go checks: 0 <= low <= high <= max <= cap',
    'cases/TSlice cases/TSlice3 cases/TNilSlice',
  ),
  cell(
    'array slices',
    'functions that take slices, by region',
    'cases/TSliceArg cases/TSliceResult cases/TParser',
  ),
  cell('array slices', 'conversion to arrays, literals', 'cases/TSliceToArray cases/TSliceLiteral'),
];
