/** What a test may cost: time of the processor, which other programs of a busy machine do not lengthen. */

type Usage = { user: number; system: number };
type Node = { process: { cpuUsage(since?: Usage): Usage } };

// The page's own types know no node.
const { process } = globalThis as unknown as Node;

/** Return the milliseconds of the processor that some work takes. */
export function cpuTimeOf(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
