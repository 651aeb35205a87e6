/** A refusal in the words of the page: they are loaded when a call is first refused for something that they have. */
import type { ApiError } from "./errors.ts";

/** Return what a server has answered in the words of the page; as it is, where the page has none for it. */
export async function inPageWords(problem: ApiError): Promise<ApiError> {
  if (!problem.data.kind && !problem.data.field_faults) return problem;
  // Where the desk was upgraded since the page was opened, the part is gone.
  const part = await import("../stores/refusals/refusals_part.ts").catch(() => null);
  return part?.sayRefusal(problem) ?? problem;
}
