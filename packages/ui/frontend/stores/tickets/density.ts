/** How much room a row of the list takes. */

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

/** The height of a row, in the font size of the document: fixed, so that a row's place follows from its number. */
export const ROW_HEIGHT_REM: Record<Density, number> = { comfortable: 6.25, compact: 2.875 };
