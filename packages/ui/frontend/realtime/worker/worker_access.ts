/** How a tab reaches the worker of the events, where the browser has shared workers. */
import type { EventWorker } from "./shared_source.ts";

/** The part of Trusted Types that is used; browsers without them take the address itself. */
type ScriptPolicy = { createScriptURL(address: string): unknown };
type PolicyFactory = {
  createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): ScriptPolicy;
};

/** The one policy that the document allows. */
const POLICY = "hero_assistance";

/** Return the function that starts the worker of this release; null where the browser has none (Chrome on Android). */
export function findEventWorker(address: URL): (() => EventWorker) | null {
  if (typeof SharedWorker === "undefined") return null;
  const script = trustedScript(address.href);
  // A worker has a script and a name: tabs of another release have another script, and a worker of their own.
  return () => new SharedWorker(script, { name: "hero_assistance" }) as unknown as EventWorker;
}

/** Vouch for the address: it comes from the document, and is the worker's alone. */
function trustedScript(address: string): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined) return address;
  const createScriptURL = (asked: string) => {
    if (asked !== address) throw new TypeError("no script of this page");
    return asked;
  };
  return factory.createPolicy(POLICY, { createScriptURL }).createScriptURL(address) as string;
}
