/**
 * What to write instead of what other languages have: the help of syntax errors, by the line that they are in.
 *
 *     while i < 5 {      →   Go has one loop: for CONDITION { … }
 */

interface Habit {
  /** The source line. */
  readonly line: RegExp;
  /** The error's message. */
  readonly message: RegExp;
  readonly advice: string;
}

const habits: readonly Habit[] = [
  { line: /^\s*(?:while|until)\b/, message: /./, advice: 'Go has one loop: for CONDITION { … }' },
  { line: /\?/, message: /invalid character U\+003F/, advice: 'Go has no ?: operator: write if and else' },
  {
    line: /^\s*\{/,
    message: /semicolon or newline before \{/,
    advice: 'the brace stands at the end of the line before',
  },
  { line: /^\w+ *:=/, message: /outside function body/, advice: 'at package level write var NAME = VALUE' },
  { line: /->/, message: /./, advice: 'Go follows pointers with a dot: p.field' },
  { line: /^\s*#/, message: /./, advice: 'Go has no preprocessor: import packages, declare constants' },
  {
    line: /^\s*(?:struct|static|unsigned|int|void|char|long)\b/,
    message: /./,
    advice: 'Go declares with var, func and type, the type after the name: var n int',
  },
  { line: /;\s*$/, message: /unexpected semicolon/, advice: 'Go ends statements at the end of the line' },
];

export function syntaxAdvice(line: string, message: string): string | null {
  return habits.find((habit) => habit.line.test(line) && habit.message.test(message))?.advice ?? null;
}
