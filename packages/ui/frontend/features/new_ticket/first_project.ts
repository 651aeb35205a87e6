/** The project that the form of a new ticket begins with. */

type Known = { readonly id: string };

/**
 * Return the id of the project that the address names, once it is usable; without one that of the only usable project.
 * The empty text leaves the choice to the user: a named project that answers late is not taken for another one.
 */
export function firstProject(usable: readonly Known[], named: string | null, hasSeveral: boolean): string {
  const only = usable.length === 1 ? usable[0] : undefined;
  const found = hasSeveral && named !== null ? usable.find(({ id }) => id === named) : only;
  return found?.id ?? "";
}
