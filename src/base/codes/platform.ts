import type { CodeRow } from './row.ts';

/** What lowering, the platform tables and the limits of eBPF say. */
export const platformCodes = {
  'implied-attach': {
    severity: 'note',
    message: 'main has no //bpf:attach directive: it is attached to {attach}',
    help: 'write //bpf:attach KIND/TARGET above it to choose',
  },
  'needs-object': {
    severity: 'error',
    message: 'this form of output cannot carry {what}',
    help: 'write an ELF object instead: --emit object, or -o NAME.o',
  },
  'two-regions': {
    severity: 'error',
    message: '{name} holds slices of two different objects',
    help: 'a slice variable views one array: the verifier has to know its size; use one variable per array',
  },
  'function-value-varies': {
    severity: 'error',
    message: 'this function variable is assigned different functions',
    help: 'eBPF calls only functions known at compile time: use one variable per function, or a switch',
  },
  'pointer-varies': {
    severity: 'error',
    message: 'this pointer to a value with slices or functions is assigned different addresses',
    help: 'such values are not in memory, so that a pointer to one is known at compile time: use one pointer per value',
  },
  'variable-index': {
    severity: 'error',
    message: 'an array of slices, strings or functions takes constant indexes only',
    help: 'its elements are not in memory: use a switch over the index',
  },
  'run-time-string': {
    severity: 'error',
    message: 'a {from} cannot be converted to {to} at run time',
    help: 'strings are constants in eBPF: keep the bytes in an array',
  },
  'pointer-from-number': {
    severity: 'error',
    message: 'a number cannot be made a pointer',
    help: 'the verifier accepts no such address: read with bpf.ProbeReadKernel or bpf.ProbeReadUser',
  },
  'string-not-constant': {
    severity: 'error',
    message: 'this string has to be a constant here',
  },
  'global-not-constant': {
    severity: 'error',
    message: 'the package variable {name} holds a string, slice or function and is assigned',
    help: 'only numbers, arrays and structs of numbers can change in a package variable: make it a constant, or keep bytes in an array',
  },
  'outlives-round': {
    severity: 'error',
    message: '{name} is new in each round of the loop, but its address is kept beyond the round',
    help: 'eBPF has no heap: declare it before the loop, or keep such values in an array or a map',
  },
  'expansion-too-deep': {
    severity: 'error',
    message: 'calls with functions or slices as arguments nest deeper than {limit}',
    help: 'such functions are expanded where they are called: break the recursion or pass plain values',
  },
  'recursive-call': {
    severity: 'error',
    message: '{name} calls itself',
    help: 'eBPF has no recursion: write a loop with a stack of its own in an array',
  },
  'no-ebpf-form': {
    severity: 'error',
    message: '{name} has no eBPF form',
  },
  'bad-verb': {
    severity: 'error',
    message: '{verb} cannot print a value of type {type} as Go does',
    help: 'the kernel prints %d %c %v of integers, %x of unsigned integers, %s of byte arrays and constant strings, %t, %p',
  },
  'verb-without-argument': {
    severity: 'error',
    message: '{name} format {verb} has no argument',
  },
  'argument-without-verb': {
    severity: 'error',
    message: '{name} call has {have} arguments but its format needs {want}',
  },
  'too-many-verbs': {
    severity: 'error',
    message: 'printing {have} values needs Linux 5.16',
    help: 'print up to three values, or set --target-kernel 5.16',
  },
  'unsafe-cast': {
    severity: 'error',
    message: 'the object behind this pointer has {room} bytes left, the new type has {size}',
  },
  'unsafe-length': {
    severity: 'error',
    message: 'the object behind this pointer is not known to be so long',
    help: 'slice the array itself: a[:n]',
  },
  'unsafe-offset': {
    severity: 'error',
    message: 'it cannot be checked that this stays inside the object',
    help: 'an offset that is no constant needs an object of known size, and a type at once: (*T)(unsafe.Add(unsafe.Pointer(&array), n))',
  },
  'result-out-of-range': {
    severity: 'error',
    message: 'the result {value} is outside {low} … {high}, which {kind} programs may return',
  },
  'unknown-attach': {
    severity: 'error',
    message: '//bpf:attach {attach} names no kind of program',
    help: 'it is one word as in libbpf: xdp, tc, kprobe/FUNCTION, tracepoint/CATEGORY/NAME, …',
  },
  'unknown-attach-near': {
    severity: 'error',
    message: '//bpf:attach {attach} names no kind of program',
    help: 'did you mean //bpf:attach {near}?',
  },
  'attach-target': {
    severity: 'error',
    message: '{kind} programs need a target',
    help: 'write //bpf:attach {kind}/{form}',
  },
  'attach-no-target': {
    severity: 'error',
    message: '{kind} programs have no target, and {target} is none',
    help: 'write //bpf:attach {kind}: where it is attached, the loader is told',
  },
  'context-type': {
    severity: 'error',
    message: '{kind} programs get a {wanted}, not a {type}',
    help: 'the first parameter is what the kernel passes to this kind of program',
  },
  'result-type': {
    severity: 'error',
    message: '{kind} programs return a {wanted}, not a {type}',
    help: 'an integer type of its own or a plain one will do, verdicts of other kinds mean something else',
  },
  'packet-length': {
    severity: 'error',
    message: 'a slice of the packet needs a constant length here',
    help: 'the verifier cannot bound a helper by a packet and a variable: copy to an array first',
  },
  'context-read': {
    severity: 'error',
    message: '{type} programs may not read {field}',
  },
  'context-write': {
    severity: 'error',
    message: '{type} programs may not write this field of their context',
  },
  'socket-not-full': {
    severity: 'error',
    message: 'the socket may be a request or one that is closing, which have no {field}',
    help: 'ask for the full one, which may be nil: full := bpf.SkFullsock(sk)',
  },
  'no-direct-packet': {
    severity: 'error',
    message: '{type} programs have no pointers into the packet',
    help: 'copy the bytes: v, ok := bpf.Load[T](ctx, off)',
  },
  'helper-not-allowed': {
    severity: 'error',
    message: '{kind} programs may not call {helper}',
    help: 'the kernel lets these call it: {allowed}',
  },
  'helper-perhaps-not-allowed': {
    severity: 'warning',
    message: '{kind} programs may probably not call {helper}',
    help: 'as the kernel’s source reads, these may: {allowed}',
  },
  'helper-sleeps': {
    severity: 'error',
    message: '{helper} may sleep, {kind} programs may not',
    help: 'attach a sleepable program: its kind ends in .s',
  },
  'no-locks': {
    severity: 'error',
    message: '{kind} programs may not take spin locks',
    help: 'an interrupt could hold the lock: use sync/atomic, or a per-CPU map',
  },
  'needs-gpl': {
    severity: 'error',
    message: '{what} is for programs under the GPL, this one has the licence {license}',
    help: 'write //bpf:license GPL (or Dual MIT/GPL, Dual BSD/GPL), or do without it',
  },
  'needs-kernel': {
    severity: 'error',
    message: '{what} needs Linux {since}, the target is {target}',
    help: 'set --target-kernel {since}{instead}',
  },
  'map-takes-no-helper': {
    severity: 'error',
    message: '{helper} takes no {type}, which {map} is',
    help: 'the methods of bpf.{type} are what the kernel lets programs do with such a map',
  },
  'map-no-size': {
    severity: 'error',
    message: 'map {name} has no size',
    help: 'the kernel makes it when the program is loaded, and has to know how large: {field}: 1024',
  },
  'ring-size': {
    severity: 'error',
    message: 'ring buffer {name} cannot have {size} bytes',
    help: 'a power of two, and at least the page size: 4096, 65536, 1 << 20',
  },
  'map-key-size': {
    severity: 'error',
    message: 'the key of trie {name} cannot have {size} bytes',
    help: '1 to 256 bytes; the length of the prefix is not part of the key type',
  },
  'map-flags': {
    severity: 'error',
    message: 'map {name} cannot have the flags {flags}: a bpf.{type} knows none such',
    help: 'flags that a kind of map always needs are set already',
  },
  'map-cannot-hold': {
    severity: 'error',
    message: 'values of a bpf.{type} cannot hold a {what}',
    help: 'these can: {allowed}',
  },
  'map-holds-twice': {
    severity: 'error',
    message: 'the values of map {name} hold more than one {what}',
    help: 'one for each value: put what belongs to another into a map of its own',
  },
  'map-in-tracing': {
    severity: 'error',
    message: '{kind} programs may not use {map}, whose values hold a {what}',
    help: 'an interrupt could find the lock or the timer held: keep such values in another map',
  },
  'map-in-sleepable': {
    severity: 'error',
    message: 'sleepable programs may not use a bpf.{type}',
    help: 'attach the program without .s, or use another kind of map',
  },
  'not-given-back': {
    severity: 'error',
    message: '{what} is not {verb} on every path',
    help: 'the verifier refuses the program: end every way out with it, or defer it',
  },
  'given-back-twice': {
    severity: 'error',
    message: '{what} is {verb} already',
    help: 'exactly once on every path',
  },
  'not-taken': {
    severity: 'error',
    message: '{what} is not open here: nothing was taken that could be {verb}',
    help: 'give back exactly what the call that takes it gave',
  },
  'used-after-release': {
    severity: 'error',
    message: '{what} is used after it was {verb}',
    help: 'the memory is the kernel’s again: use it before, or keep copies of the fields',
  },
  'taken-again': {
    severity: 'error',
    message: '{what} taken before is not {verb} yet',
    help: 'one at a time: end with the first before taking another, also in the next round of a loop',
  },
  'open-on-some-paths': {
    severity: 'error',
    message: '{what} may be {verb} already here, or not taken at all',
    help: 'take and end it in the same branch, or keep the pointer in a variable that is nil otherwise',
  },
  'perhaps-nil': {
    severity: 'error',
    message: '{what} may be nil here',
    help: 'compare the pointer with nil first',
  },
  'call-under-lock': {
    severity: 'error',
    message: 'nothing may be called while {what} is held',
    help: 'call before the lock is taken or after it is {verb}',
  },
  'stale-packet-pointer': {
    severity: 'error',
    message: 'this pointer into the packet is dead since the call in line {line}',
    help: 'the call may move the packet: get the pointer again, with bpf.At or Packet',
  },
  'unwritten-record': {
    severity: 'error',
    message: 'this field of the record is not written on every path to here',
    help: 'write it first, or take the record with ReserveZeroed',
  },
  'callback-unknown': {
    severity: 'error',
    message: 'which function this is, is not known here',
    help: 'the kernel calls one function: write it here, or name it',
  },
  'callback-captures': {
    severity: 'error',
    message: 'this function outlives the program that sets it, and may use no variables around it',
    help: 'keep what it needs in the map’s value, or in package variables',
  },
  'callback-capture': {
    severity: 'error',
    message: 'a function that the kernel calls cannot capture {name}',
    help: 'such values are not in memory: use a copy that is never assigned, or pass what it holds one by one',
  },
  'kernel-copy': {
    severity: 'error',
    message: 'a {type} of the kernel cannot be copied: its layout is known only when the program is loaded',
    help: 'read its fields one by one',
  },
  'kernel-index': {
    severity: 'error',
    message: 'an array in an object of the kernel takes constant indexes only',
    help: 'copy an array of bytes to a local variable first',
  },
  'kernel-write': {
    severity: 'error',
    message: 'objects of the kernel are read-only',
  },
  'no-kernel-field': {
    severity: 'error',
    message: 'this names no field or type of a partial kernel struct',
    help: 'write bpf.FieldExists(&p.Field) with p a pointer to a struct under //bpf:core',
  },
  'tcx-as-tc': {
    severity: 'warning',
    message: 'tcx needs Linux {since}: on older kernels the program is attached to clsact',
    help: 'set --target-kernel {since} when no older kernel has to run it',
  },
  'context-address': {
    severity: 'error',
    message: 'a field of the context has no address',
    help: 'the kernel gives the context at constant offsets: copy the field to a local variable, and back when it is changed',
  },
  'noinline-expanded': {
    severity: 'note',
    message: '{name} is expanded where it is called, in spite of //go:noinline: {why}',
    help: 'pass what it needs as numbers, pointers, slices or strings, and give it memory to fill',
  },
  'context-index': {
    severity: 'error',
    message: 'an array of the context takes constant indexes only',
    help: 'the kernel gives the context at constant offsets: copy the array to a local variable first',
  },
  'open-at-tail-call': {
    severity: 'error',
    message: 'a tail call does not return, and {what} is not {verb} yet',
    help: 'end with it before the call',
  },
  'hook-arguments': {
    severity: 'error',
    message: '{kind} programs take no parameters beside their context',
  },
  'needs-cpu': {
    severity: 'error',
    message: 'atomic operations other than adding without a result need cpu {needs}, this is for {cpu}',
    help: 'compile with --cpu {needs} (kernel 5.12 and newer), or use sync/atomic only to add and ignore the result',
  },
  'too-many-frames': {
    severity: 'error',
    message: '{have} functions call each other, eBPF has {limit} frames: {chain}',
    help: 'a function without //go:noinline that is small or called once needs no frame; a callback needs one',
  },
  'stack-too-large': {
    severity: 'error',
    message: 'the stack of {where} needs {bytes} bytes, eBPF has {limit}',
    help: 'make these smaller or move them to a map: {variables}',
  },
} as const satisfies Record<string, CodeRow>;
