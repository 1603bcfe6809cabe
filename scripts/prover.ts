/**
 * Proves rules in processes of their own. The solver is WebAssembly with at most 2 GiB: when it is full it aborts, and
 * what waits for it waits for ever. So a claim has a time limit, a process that dies or is late is killed, and its claim
 * is asked once more in a fresh one; a second failure is the answer `unknown`.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Question } from './prove-worker.ts';
import { type Claim, catalogue } from './rule-catalogue.ts';

export interface Limits {
  /** Milliseconds for one query of the solver. */
  readonly query: number;
  /** Milliseconds for one claim, all its queries. */
  readonly claim: number;
  readonly jobs: number;
}

export interface Settled {
  readonly claim: Claim;
  readonly problem: string | null;
  readonly ms: number;
}

const worker = fileURLToPath(new URL('prove-worker.ts', import.meta.url));

/** The next message of the process, or undefined: it died or took too long. */
async function reply(child: ChildProcess, limit: number): Promise<unknown> {
  if (!child.connected) return undefined;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limit);
  const { signal } = stop;
  try {
    const message = once(child, 'message', { signal }).then(([text]) => text);
    const death = once(child, 'exit', { signal }).then(() => undefined);
    return await Promise.race([message, death]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** A process that has loaded the solver. */
async function start(): Promise<ChildProcess> {
  const child = fork(worker, [], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  if ((await reply(child, 120_000)) !== 'ready') throw new Error('The solver does not load: npm install');
  return child;
}

/** Settles the claims, `limits.jobs` at a time, and tells each as it is settled. */
export async function settle(
  claims: readonly Claim[],
  limits: Limits,
  tell: (settled: Settled) => void,
): Promise<void> {
  const queue = [...claims];
  const work = async (): Promise<void> => {
    let child = await start();
    for (let claim = queue.shift(); claim !== undefined; claim = queue.shift()) {
      const question: Question = { claim: catalogue.indexOf(claim), ms: limits.query };
      const begun = performance.now();
      let problem: unknown;
      for (let attempt = 0; problem === undefined && attempt < 2; attempt++) {
        child.send(question, () => undefined);
        problem = await reply(child, limits.claim);
        if (problem !== undefined) continue;
        child.kill('SIGKILL');
        child = await start();
      }
      tell({
        claim,
        problem: problem === null ? null : String(problem ?? 'no answer: unknown'),
        ms: performance.now() - begun,
      });
    }
    child.kill('SIGKILL');
  };
  await Promise.all(Array.from({ length: limits.jobs }, work));
}
