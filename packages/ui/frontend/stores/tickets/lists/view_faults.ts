/** What a refused saved view is refused for. It is read where one is written, and so no part of the first load. */
import type { ApiError } from "../../../api/errors.ts";
import { readFieldFaults } from "../../../api/field_faults.ts";

export type FieldName = "name" | "filter";

/** Return the field that a refusal is about; null where it is about none. */
export function fieldOf(problem: ApiError): FieldName | null {
  const param = readFieldFaults(problem.data)[0]?.param;
  return param === "name" || param === "filter" ? param : null;
}
