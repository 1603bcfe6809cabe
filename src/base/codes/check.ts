import type { CodeRow } from './row.ts';

/** What the type checker says: Go's own errors, and Go outside the subset. */
export const checkCodes = {
  // ---------------------------------------------------------------- names and declarations
  'undefined-name': { severity: 'error', message: 'undefined: {name}', help: '{advice}' },
  'undefined-name-near': { severity: 'error', message: 'undefined: {name}', help: 'did you mean {near}?' },
  redeclared: { severity: 'error', message: '{name} is declared twice in this scope' },
  'unused-variable': {
    severity: 'error',
    message: 'declared and not used: {name}',
    help: 'use it, remove it, or write _ for it',
  },
  'unused-import': {
    severity: 'error',
    message: '"{path}" imported and not used',
    help: 'remove the import of {name}',
  },
  'unused-label': { severity: 'error', message: 'label {name} declared and not used' },
  'blank-as-value': { severity: 'error', message: '_ holds no value and cannot be read' },
  'native-only': {
    severity: 'error',
    message: 'bpf.{name} is for native tests and has no meaning in the kernel',
    help: 'call it from a _test.go file',
  },
  'package-as-value': {
    severity: 'error',
    message: 'package {name} is not a value',
    help: 'select a name: {name}.Name',
  },
  'not-exported': {
    severity: 'error',
    message: '{name} is not exported by package {pkg}',
    help: 'names that begin with a small letter are private to their package',
  },
  'missing-body': { severity: 'error', message: 'function {name} has no body' },
  'main-signature': { severity: 'error', message: 'func main must have no parameters and no results' },
  'main-not-function': { severity: 'error', message: 'main in package main must be a function' },
  'init-not-function': { severity: 'error', message: 'cannot declare init: it must be a function' },
  'package-name': {
    severity: 'error',
    message: 'this file is of package {name}, the first one of package {first}',
  },
  'initialisation-cycle': { severity: 'error', message: 'initialization cycle: {name} depends on itself' },
  'initialisation-cycle-path': {
    severity: 'error',
    message: 'initialization cycle: {name} depends on itself ({cycle})',
  },
  'declaration-too-deep': {
    severity: 'error',
    message: 'the declaration of {name} hangs on a chain of more than {limit} others that come after it',
    help: 'declare what is needed before what needs it',
  },
  'iota-outside-const': { severity: 'error', message: 'iota has a value only in a constant declaration' },
  'missing-constant-value': { severity: 'error', message: 'constant {name} has no value' },
  'extra-constant-value': { severity: 'error', message: 'more values than constants' },
  'not-constant': { severity: 'error', message: '{text} is not constant' },
  'constant-type': {
    severity: 'error',
    message: 'a constant cannot have type {type}',
    help: 'constants are booleans, numbers and strings',
  },

  // ---------------------------------------------------------------- imports
  'unknown-sdk-path': {
    severity: 'error',
    message: 'no package "{path}"',
    help: 'the SDK is imported as "bpfc/sdk/bpf" or "github.com/miekg/bpf"',
  },
  'no-standard-package': {
    severity: 'error',
    message: 'package "{path}" is not available in eBPF',
    help: '{advice}',
  },
  'unknown-package': {
    severity: 'error',
    message: 'no package "{path}"',
    help: 'imports are the SDK "bpfc/sdk/bpf" and packages of the same module as this file',
  },
  'import-cycle': { severity: 'error', message: 'import cycle: "{path}" imports itself by way of others' },
  'dot-import': {
    severity: 'error',
    message: 'names of "{path}" cannot be imported with a dot',
    help: 'write import "{path}"',
  },

  // ---------------------------------------------------------------- types
  'not-a-type': { severity: 'error', message: '{name} is not a type' },
  'type-as-value': { severity: 'error', message: '{name} is a type, not a value' },
  'recursive-type': { severity: 'error', message: 'invalid recursive type {name}' },
  'recursive-by-value': {
    severity: 'error',
    message: 'invalid recursive type {name}: it contains itself ({cycle})',
    help: 'hold a pointer instead',
  },
  'signature-cycle': {
    severity: 'error',
    message: 'invalid recursive type: the signature of {name} needs itself',
  },
  'array-length-auto': { severity: 'error', message: 'a length of [...] stands only in a composite literal' },
  'array-length-not-constant': { severity: 'error', message: 'array length {name} is not constant' },
  'array-length-invalid': { severity: 'error', message: 'invalid array length {name}' },
  'array-too-large': {
    severity: 'error',
    message: 'array length {name} is larger than any object in eBPF',
  },
  'duplicate-field': { severity: 'error', message: 'field {name} is declared twice' },
  'bad-embedded': { severity: 'error', message: 'an embedded field cannot be {what}' },
  'map-key': {
    severity: 'error',
    message: 'invalid map key type {type}',
    help: 'a key must be comparable with ==',
  },
  'bad-receiver': {
    severity: 'error',
    message: 'invalid receiver type',
    help: 'methods belong to a type declared in this package, or a pointer to one',
  },
  'receiver-type-parameters': {
    severity: 'error',
    message: 'the receiver names {have} type parameters, {name} has {want}',
  },
  'duplicate-method': { severity: 'error', message: 'method {type}.{name} is declared twice' },
  'field-and-method': {
    severity: 'error',
    message: 'type {type} has both a field and a method named {name}',
  },

  // ---------------------------------------------------------------- generics
  'generic-without-arguments': {
    severity: 'error',
    message: 'cannot use generic {name} without type arguments',
    help: 'write {name}[T] with a type for T',
  },
  'too-few-type-arguments': {
    severity: 'error',
    message: 'not enough type arguments for {name}: have {have}, want {want}',
  },
  'too-many-type-arguments': {
    severity: 'error',
    message: 'too many type arguments for {name}: have {have}, want {want}',
  },
  'cannot-infer': {
    severity: 'error',
    message: 'cannot infer {name}',
    help: 'give the type argument: f[T](…)',
  },
  'inference-mismatch': { severity: 'error', message: 'type {type} of this argument does not match {param}' },
  'constraint-not-satisfied': {
    severity: 'error',
    message: '{type} does not satisfy {constraint}: {reason}',
  },
  'constraint-type-parameter': { severity: 'error', message: 'type parameter {name} cannot be a constraint' },
  'type-is-parameter': {
    severity: 'error',
    message: 'a declared type cannot be type parameter {name} itself',
  },
  'bad-tilde': {
    severity: 'error',
    message: 'invalid use of ~: the underlying type of {type} is {underlying}',
  },
  'overlapping-terms': {
    severity: 'error',
    message: 'overlapping terms in a union: {term} is there already',
  },
  'tilde-outside-constraint': {
    severity: 'error',
    message: '~ stands only in constraints',
    help: 'write ^ for the bitwise complement',
  },
  'instance-too-deep': {
    severity: 'error',
    message: 'generic function {name} instantiates itself without end',
  },
  'instance-error': { severity: 'error', message: 'in {name}: {message}' },

  // ---------------------------------------------------------------- constants and conversions
  'bad-literal': { severity: 'error', message: 'the value of {text} cannot be represented' },
  'constant-overflow': {
    severity: 'error',
    message: '{value} does not fit in {type} (overflows)',
    help: '{type} holds {low} to {high}',
  },
  'constant-truncated': {
    severity: 'error',
    message: '{value} is not an integer and would be truncated to {type}',
  },
  'cannot-convert-constant': {
    severity: 'error',
    message: '{text} (value {value}) cannot be of type {type}',
  },
  'constant-too-large': { severity: 'error', message: 'constant overflow: the value has more than 512 bits' },
  'cannot-convert': { severity: 'error', message: 'cannot convert {value} to type {type}' },
  'conversion-count': { severity: 'error', message: 'a conversion takes one argument, not {have}' },
  'number-to-pointer': {
    severity: 'error',
    message: 'a number cannot become a pointer in eBPF',
    help: 'the verifier knows only pointers that it gave out; read foreign memory with bpf.ProbeRead(dst, size, address)',
  },
  'unsafe-too-large': {
    severity: 'error',
    message: '{type} ({size} bytes) does not fit in {from} ({room} bytes)',
    help: 'a pointer may be converted to a type that fits in the object it points to',
  },

  // ---------------------------------------------------------------- assignment
  'cannot-assign': {
    severity: 'error',
    message: 'cannot use {value} as {type} in {where}',
    help: '{advice}',
  },
  'nil-not-assignable': {
    severity: 'error',
    message: 'cannot use {value} as {type} in {where}: it has no nil',
  },
  'untyped-nil': {
    severity: 'error',
    message: 'nil has no type here',
    help: 'declare the variable with a type',
  },
  'assignment-count': {
    severity: 'error',
    message: 'assignment mismatch: {want} on the left, {have} on the right',
    help: '{advice}',
  },
  'not-assignable': {
    severity: 'error',
    message: 'cannot assign to {text}',
    help: 'it is neither a variable nor part of one',
  },
  'assign-map-field': {
    severity: 'error',
    message: 'cannot assign to {text}: a map element has no address',
    help: 'copy the element, change the copy, store it back',
  },
  'define-repeated': { severity: 'error', message: '{name} stands twice on the left side of :=' },
  'define-nothing-new': {
    severity: 'error',
    message: 'no new variables on the left side of :=',
    help: 'assign with =',
  },
  'config-read-only': {
    severity: 'error',
    message: 'cannot assign to {name}: //bpf:config variables are read-only',
    help: 'the loader sets it; keep changing data in a variable without the directive',
  },
  'inc-dec-operand': {
    severity: 'error',
    message: '{text} is not a number and cannot be incremented or decremented',
  },

  // ---------------------------------------------------------------- operators
  'mismatched-types': {
    severity: 'error',
    message: 'mismatched types: {x} {op} {y}',
    help: '{advice}',
  },
  'network-order': {
    severity: 'warning',
    message: '{text} is in network byte order, {value} is compared as it stands',
    help: 'write bpf.HToN{bits}({value}), or {text}.Host()',
  },
  'nil-mismatch': { severity: 'error', message: 'cannot use {op} between nil and a value of type {type}' },
  'operator-not-defined': { severity: 'error', message: 'operator {op} is not defined on {type}' },
  'not-comparable': {
    severity: 'error',
    message: 'values of type {type} cannot be compared with {op}',
    help: '{part} can only be compared with nil or not at all',
  },
  'division-by-zero': { severity: 'error', message: 'division by zero' },
  'shift-operand': { severity: 'error', message: 'shifted operand {text} (type {type}) must be an integer' },
  'shift-count': { severity: 'error', message: 'invalid shift count {text}' },
  'shift-count-type': { severity: 'error', message: 'shift count {text} must be an integer' },
  'shift-count-negative': { severity: 'error', message: 'shift count {text} is negative' },
  'not-addressable': {
    severity: 'error',
    message: 'cannot take the address of {text}',
    help: 'store it in a variable first',
  },
  'address-of-map-element': {
    severity: 'error',
    message: 'cannot take the address of map element {text}',
    help: 'declare the map with bpf.HashMap and use Lookup, which gives a pointer',
  },
  'dereference-nil': { severity: 'error', message: 'cannot dereference nil' },
  'dereference-non-pointer': { severity: 'error', message: 'cannot dereference {text}: it is not a pointer' },

  // ---------------------------------------------------------------- indexes and slices
  'cannot-index': { severity: 'error', message: 'cannot index {text}' },
  'index-type': { severity: 'error', message: 'index {text} must be an integer' },
  'index-negative': { severity: 'error', message: 'index {text} must not be negative' },
  'index-out-of-range': {
    severity: 'error',
    message: 'index {index} is out of range: the length is {length}',
  },
  'pointer-array-index': {
    severity: 'error',
    message: 'an array that holds {part} takes constant indexes only',
    help: 'the verifier forgets pointers that are read at a variable stack offset; use a switch, or keep the data itself in the array',
  },
  'cannot-slice': { severity: 'error', message: 'cannot slice {text}' },
  'slice-not-addressable': {
    severity: 'error',
    message: 'cannot slice {text}: the array is not in a variable',
  },
  'slice-string-three': { severity: 'error', message: 'a string takes no third slice index' },
  'slice-bounds-swapped': { severity: 'error', message: 'invalid slice bounds: {low} > {high}' },

  // ---------------------------------------------------------------- members
  'no-member': { severity: 'error', message: '{type} has no field or method {name}', help: '{advice}' },
  'ambiguous-member': {
    severity: 'error',
    message: 'ambiguous selector: {type} has {name} twice at the same depth',
  },
  'method-needs-address': {
    severity: 'error',
    message: 'cannot call pointer method {name} on a value of type {type} that is not in a variable',
  },
  'method-value': {
    severity: 'error',
    message: 'method {name} must be called at once',
    help: 'a method value would need a closure on the heap; wrap the call in a function literal',
  },
  'method-expression': {
    severity: 'error',
    message: 'method expressions are not available: {name} must be called on a value',
    help: 'write a function literal that calls the method',
  },
  'sdk-function-value': {
    severity: 'error',
    message: '{name} must be called: it becomes instructions, not a function',
    help: 'wrap it in a function literal',
  },
  'builtin-not-called': { severity: 'error', message: 'built-in {name} must be called' },

  // ---------------------------------------------------------------- composite literals
  'composite-without-type': { severity: 'error', message: 'a composite literal needs its type here' },
  'bad-composite-type': { severity: 'error', message: 'invalid composite literal type {type}' },
  'mixed-literal': {
    severity: 'error',
    message: 'mixture of field:value and value elements in a struct literal',
  },
  'bad-field-name': { severity: 'error', message: 'a key of a struct literal must be a field name' },
  'unknown-field': { severity: 'error', message: 'unknown field {name} in a literal of {type}' },
  'duplicate-field-value': { severity: 'error', message: 'field {name} is given twice' },
  'too-many-values': {
    severity: 'error',
    message: 'too many values in a literal of {type}: it has {want} fields',
  },
  'too-few-values': {
    severity: 'error',
    message: 'too few values in a literal of {type}: {have} of {want} fields',
  },
  'bad-array-key': {
    severity: 'error',
    message: 'an index in a literal must be a constant that is not negative',
  },
  'duplicate-index': { severity: 'error', message: 'index {index} is given twice' },

  // ---------------------------------------------------------------- calls
  'not-a-function': { severity: 'error', message: 'cannot call {text}: it is not a function' },
  'not-enough-arguments': {
    severity: 'error',
    message: 'not enough arguments in call of {name}: have {have}, want {want}',
  },
  'too-many-arguments': {
    severity: 'error',
    message: 'too many arguments in call of {name}: have {have}, want {want}',
  },
  'spread-not-variadic': {
    severity: 'error',
    message: 'xs... is given to a function that takes no variable arguments',
  },
  'no-spread': {
    severity: 'error',
    message: 'arguments cannot be given as xs... to an SDK function',
    help: 'write them one by one: their number must be known',
  },
  'bad-builtin-argument': { severity: 'error', message: 'invalid argument {text} for built-in {name}' },
  'print-operand': {
    severity: 'error',
    message: '{name} cannot print {text}',
    help: 'it prints numbers, booleans, pointers and constant strings',
  },
  'no-value': { severity: 'error', message: '{text} has no value' },
  'multiple-values': { severity: 'error', message: '{text} gives {count} values where one is wanted' },
  'offsetof-selector': { severity: 'error', message: 'unsafe.Offsetof takes a field: x.f' },
  'offsetof-pointer': { severity: 'error', message: '{text} lies behind an embedded pointer' },

  // ---------------------------------------------------------------- statements
  'unused-result': { severity: 'error', message: '{text} is not used' },
  'condition-not-bool': { severity: 'error', message: '{text} is not a boolean condition in {where}' },
  'missing-return': {
    severity: 'error',
    message: 'missing return',
    help: 'every path to the end of the function must return a value',
  },
  'not-enough-results': { severity: 'error', message: 'not enough return values: have {have}, want {want}' },
  'too-many-results': { severity: 'error', message: 'too many return values: have {have}, want {want}' },
  'result-shadowed': {
    severity: 'error',
    message: 'result parameter {name} is shadowed at this bare return',
  },
  'cannot-range': { severity: 'error', message: 'cannot range over {text}' },
  'range-too-many': { severity: 'error', message: 'range over {text} gives at most {most} values' },
  'duplicate-case': { severity: 'error', message: 'duplicate case {value} in switch' },
  'duplicate-default': { severity: 'error', message: 'multiple defaults in switch' },
  'fallthrough-last': { severity: 'error', message: 'cannot fall through the final case of a switch' },
  'fallthrough-place': {
    severity: 'error',
    message: 'fallthrough is out of place',
    help: 'it is the last statement of a case',
  },
  'break-outside': { severity: 'error', message: 'break is not in a loop or switch' },
  'continue-outside': { severity: 'error', message: 'continue is not in a loop' },
  'undefined-label': { severity: 'error', message: 'label {name} is not defined' },
  'duplicate-label': { severity: 'error', message: 'label {name} is declared twice' },
  'bad-branch-label': {
    severity: 'error',
    message: 'invalid {keyword} label {name}',
    help: 'the label must be on an enclosing statement',
  },
  'goto-over-declaration': { severity: 'error', message: 'goto {name} jumps over a variable declaration' },
  'goto-into-block': { severity: 'error', message: 'goto {name} jumps into a block' },
  'defer-discards': { severity: 'error', message: 'defer discards the result of {text}' },
  'defer-repeated': {
    severity: 'error',
    message: 'defer cannot run in a loop',
    help: 'the number of pending calls must be known; move the body into a function, whose defer runs each time',
  },

  // ---------------------------------------------------------------- Go outside the subset
  recursion: {
    severity: 'error',
    message: 'recursion: {cycle}',
    help: 'the stack of eBPF has 512 bytes and 8 frames; write a loop, with an array for what has to be remembered',
  },
  'no-float': {
    severity: 'error',
    message: 'eBPF has no floating point',
    help: 'use scaled integers, for example thousandths in an int64',
  },
  'no-goroutine': {
    severity: 'error',
    message: 'eBPF has no goroutines',
    help: 'programs run to their end; start later work with a bpf.Timer or hand it to user space through a ring buffer',
  },
  'no-channel': {
    severity: 'error',
    message: 'eBPF has no channels',
    help: 'pass data with maps: bpf.Queue between programs, bpf.RingBuf to user space',
  },
  'no-select': {
    severity: 'error',
    message: 'eBPF has no select',
    help: 'there are no channels; poll a bpf.Queue',
  },
  'no-interface': {
    severity: 'error',
    message: 'values of interface type are not available in eBPF',
    help: 'calls must be known at compile time: use a type parameter with this constraint, or a struct with a kind field',
  },
  'no-type-switch': {
    severity: 'error',
    message: 'eBPF has no type switches',
    help: 'there are no interface values; switch over a kind field, or use a generic function',
  },
  'no-type-assertion': {
    severity: 'error',
    message: 'eBPF has no type assertions',
    help: 'there are no interface values; use the concrete type, or a generic function',
  },
  'no-variadic': {
    severity: 'error',
    message: 'functions with variable arguments are not available',
    help: 'they need a slice on the heap; take an array or a slice parameter',
  },
  'no-append': {
    severity: 'error',
    message: 'append is not available: eBPF has no heap',
    help: 'use an array with a length beside it, or a map',
  },
  'no-make': {
    severity: 'error',
    message: 'make of a slice is not available: eBPF has no heap',
    help: 'slice an array: var buf [64]byte; s := buf[:n]',
  },
  'no-recover': {
    severity: 'error',
    message: 'recover is not available: a panic ends the program with its abort value',
    help: 'test the condition before; //bpf:panic N chooses the abort value',
  },
  'no-runtime-string': {
    severity: 'error',
    message: '{what} would make a string at run time',
    help: 'strings are constants in eBPF; keep changing text in a byte array',
  },
  'no-unsafe-string': {
    severity: 'error',
    message: 'strings cannot be made from or taken apart into pointers',
    help: 'strings are constants in eBPF; keep changing text in a byte array',
  },
  'no-init': {
    severity: 'error',
    message: 'init functions are not available: nothing runs before a program does',
    help: 'initialise variables with constants, or let the loader set //bpf:config variables',
  },

  // ---------------------------------------------------------------- what the verifier forgets, and maps
  'pointer-in-global': {
    severity: 'error',
    message: 'package variable {name} cannot hold {part}',
    help: 'the verifier forgets pointers in global memory: keep them in locals; store the data itself, in an array or a map',
  },
  'pointer-in-map': {
    severity: 'error',
    message: 'map {name} cannot hold {part}: its type argument is {type}',
    help: 'the verifier forgets pointers in map memory: {instead}',
  },
  'initialiser-not-constant': {
    severity: 'error',
    message: 'the initial value of {name} is not constant',
    help: 'nothing runs before a program does: initialise with constants, or let the loader set a //bpf:config variable',
  },
  'map-initialiser': {
    severity: 'error',
    message: 'map {name} must be initialised with a literal',
    help: 'write a composite literal with constant fields',
  },
  'map-without-directive': {
    severity: 'error',
    message: 'map {name} has no kind and no size',
    help: 'write //bpf:map hash 1024 above it, or use bpf.HashMap[K, V] with MaxEntries',
  },
  'map-directive-type': {
    severity: 'error',
    message: '//bpf:map stands above a variable of type {type}',
    help: "it is for Go's own map type",
  },
  'nil-map': {
    severity: 'error',
    message: 'map {name} is nil',
    help: 'initialise it with an empty literal of {type}',
  },
  'fixed-copied': {
    severity: 'error',
    message: 'this copies a bpf.{part}, which stays where it is',
    help: 'the verifier refuses loads and stores of it: copy or set the other fields one by one',
  },
  'map-literal-elements': {
    severity: 'error',
    message: 'a map literal must be empty',
    help: 'nothing runs before a program does; fill the map from user space',
  },
  'local-map': {
    severity: 'error',
    message: 'maps are package variables',
    help: 'the kernel makes maps when the program is loaded: move it to package level',
  },
  'map-by-make': {
    severity: 'error',
    message: 'a map is not made by make',
    help: 'the kernel makes it when the program is loaded: write {type} with empty braces, at package level',
  },
  'map-as-value': {
    severity: 'error',
    message: 'map {name} cannot be copied or passed to a function',
    help: 'use the package variable itself, its methods work everywhere',
  },
  'map-len': {
    severity: 'error',
    message: 'the kernel does not tell how many elements a map has',
    help: 'count them yourself, atomically',
  },
  'map-clear': {
    severity: 'error',
    message: 'a map cannot be cleared at once',
    help: 'delete its keys one by one',
  },

  // ---------------------------------------------------------------- directives
  'unknown-directive': {
    severity: 'error',
    message: 'unknown directive //bpf:{name}',
    help: 'did you mean //bpf:{near}?',
  },
  'directive-usage': { severity: 'error', message: '//bpf:{name} takes {usage}' },
  'directive-space': {
    severity: 'warning',
    message: 'this comment looks like a directive but is not one',
    help: 'write //bpf:{name} without a space',
  },
  'misplaced-directive': {
    severity: 'error',
    message: '//bpf:{name} is out of place',
    help: 'it stands directly above {place}',
  },
  'repeated-directive': { severity: 'error', message: '//bpf:{name} is given twice' },
  'directives-differ': {
    severity: 'error',
    message: '//bpf:{name} differs between the files of the package',
  },
  'directive-number': { severity: 'error', message: '{text} is not an integer constant' },
  'directive-needs-attach': {
    severity: 'error',
    message: '//bpf:{name} is for programs',
    help: 'write //bpf:attach KIND above the function too',
  },
  'slot-table': { severity: 'error', message: '{name} is not a package variable of type bpf.ProgArray' },
  'method-program': {
    severity: 'error',
    message: 'method {name} cannot be a program',
    help: 'attach a function that calls it',
  },
  'generic-program': {
    severity: 'error',
    message: 'generic function {name} cannot be a program',
    help: 'attach a function that calls it',
  },
} as const satisfies Record<string, CodeRow>;
