/** What is wrong with the params of a refused call: by its kind, and in the words of the server. */
import type { FaultKind } from "./wire.ts";

export type FieldFault = {
  param: string;
  kind: FaultKind;
  /** What the server says of it, in English. */
  words: string;
  limit?: number;
  value?: string;
  meant?: string;
  key?: string;
  known?: readonly string[];
  place?: number;
};

/** Read the faults of an error's data; those of an older server have their words alone. */
export function readFieldFaults(data: Readonly<Record<string, unknown>>): FieldFault[] {
  const texts = listOf(data.faults).map(String);
  const kinds = listOf(data.field_faults);
  const count = Math.max(texts.length, kinds.length);
  return Array.from({ length: count }, (_, index) => readFieldFault(kinds[index], texts[index] ?? ""));
}

function readFieldFault(found: unknown, text: string): FieldFault {
  const [, param = "", words = text] = /^([\w.]+): (.*)$/s.exec(text) ?? [];
  const { param: named, kind, limit, value, meant, key, known, place } = { ...(found as Record<string, unknown>) };
  return {
    param: typeof named === "string" ? named : param,
    // A kind that this page does not know is said by the words.
    kind: (typeof kind === "string" ? kind : "invalid") as FaultKind,
    words,
    ...(typeof limit === "number" && { limit }),
    ...(typeof place === "number" && { place }),
    ...(typeof value === "string" && { value }),
    ...(typeof meant === "string" && { meant }),
    ...(typeof key === "string" && { key }),
    ...(Array.isArray(known) && { known: known.map(String) }),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
