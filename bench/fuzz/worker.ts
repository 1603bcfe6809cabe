/**
 * A process that runs what it is sent: batches of seeds, or the reduction of one. main.ts bundles it, since code that is
 * translated while it is loaded runs slower.
 *
 *     process.send({ from: 0, count: 500 })   →   a BatchResult
 */

import { kernelSystem, requires } from '../../golden/requires.ts';
import { type BatchResult, runBatch } from './batch.ts';
import { type Reduced, reduce } from './reduce.ts';

export type Task =
  | { readonly kind: 'batch'; readonly from: number; readonly count: number }
  | { readonly kind: 'reduce'; readonly seed: number };

export type Answer =
  | { readonly kind: 'batch'; readonly result: BatchResult }
  | { readonly kind: 'reduced'; readonly reduced: Reduced | null };

const system = (await requires('kernel', 'go')) ? await kernelSystem() : null;

function answer(task: Task): Answer {
  switch (task.kind) {
    case 'batch':
      return { kind: 'batch', result: runBatch(task.from, task.count, system) };
    case 'reduce':
      return { kind: 'reduced', reduced: reduce(task.seed, system) };
    default:
      return task satisfies never;
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (task: Task) => {
  process.send?.(answer(task));
});
