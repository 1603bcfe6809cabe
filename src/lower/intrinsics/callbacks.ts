/**
 * Loops of the SDK: `bpf.Loop` as a counted loop around its expanded body.
 *
 *     bpf.Loop(40, func(i uint32) bool { …; return more })   →   for i := 0; i < 40; i++ { n++; if !body(i) { break } }
 *
 * Gives how often the body ran, as the kernel does. More rounds than the kernel's cap abort.
 */

import { must, unreachable } from '../../base/assert.ts';
import { callValue } from '../calls.ts';
import { abortIf, arith, branch, compare, constant, enter, jump, widen } from '../emit.ts';
import { scalar } from '../values.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

const maxRounds = 8_388_608n;

export const callbackRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.Loop': (cx, call, args) => {
    const limit = scalarArg(args, 0);
    const body = must(args[1], 'a body');
    abortIf(cx, compare(cx, 'icmp.ugt', limit, constant(cx, 'i32', maxRounds)));
    const head = cx.b.newBlock(['i32']);
    const round = cx.b.newBlock();
    const next = cx.b.newBlock();
    const done = cx.b.newBlock(['i32']);
    jump(cx, head, [constant(cx, 'i32', 0n)]);
    enter(cx, head);
    const i = cx.b.param(head, 0);
    const ended = cx.b.newBlock();
    branch(cx, compare(cx, 'icmp.ult', i, limit), round, ended);
    enter(cx, ended);
    jump(cx, done, [i]);
    enter(cx, round);
    const more = callValue(cx, body, [scalar(i)], argType(call, 1), call.span);
    const stopped = cx.b.newBlock();
    branch(cx, more.kind === 'scalar' ? more.id : unreachable('a body without result'), next, stopped);
    enter(cx, stopped);
    jump(cx, done, [arith(cx, 'add', i, constant(cx, 'i32', 1n))]);
    enter(cx, next);
    jump(cx, head, [arith(cx, 'add', i, constant(cx, 'i32', 1n))]);
    enter(cx, done);
    return scalar(widen(cx, cx.b.param(done, 0), false));
  },
};
