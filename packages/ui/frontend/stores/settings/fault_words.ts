/**
 * What is wrong with a field, in the words of its reader.
 *
 * The server checks most params by their types, and says what does not fit in English and in the words of a program;
 * what it says in words of its own is for readers already.
 */
import { t } from "../../i18n/translate.ts";

type Words = (value: string, factor: number) => string;

const WORDS: ReadonlyArray<readonly [RegExp, Words]> = [
  [/^Input should be a valid integer/, () => t("Write a whole number, such as 10")],
  [/^Input should be a valid number/, () => t("Write a number, such as 10")],
  [
    /^Input should be (?:greater than or equal to|at least) (\S+)$/,
    (least, factor) => t("{least} is the least", { least: inUnit(least, factor, Math.ceil) }),
  ],
  [
    /^Input should be (?:less than or equal to|at most) (\S+)$/,
    (most, factor) => t("{most} is the most", { most: inUnit(most, factor, Math.floor) }),
  ],
  [/^String should have at least 1 character$/, () => t("Write something here")],
  [/^String should have at most (\d+) characters$/, (count) => t("At most {count} characters", { count })],
];

/** Return the words for what the server said of a field, whose unit is `factor` of the server's. */
export function faultWords(fault: string, factor = 1): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(fault);
    if (found !== null) return words(found[1] ?? "", factor);
  }
  return capital(fault);
}

/** Return a bound in the unit of its field; rounded to what can be typed and is taken. */
function inUnit(bound: string, factor: number, round: (value: number) => number): string {
  return factor === 1 ? bound : String(round((Number(bound) / factor) * 100) / 100);
}

/** The programs write without a capital, as a terminal shows it. */
function capital(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toLocaleUpperCase()}${rest.join("")}`;
}
