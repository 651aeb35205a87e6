/**
 * What is wrong with a field, in the words of its reader.
 *
 * The server checks most params by their types, and says what does not fit in English and in the words of a program;
 * what it says in words of its own is for readers already.
 */
import { t } from "../../i18n/translate.ts";

type Words = (value: string) => string;

const WORDS: ReadonlyArray<readonly [RegExp, Words]> = [
  [/^Input should be a valid integer/, () => t("Write a whole number, such as 10")],
  [/^Input should be a valid number/, () => t("Write a number, such as 10")],
  [/^Input should be (?:greater than or equal to|at least) (\S+)$/, (least) => t("{least} is the least", { least })],
  [/^Input should be (?:less than or equal to|at most) (\S+)$/, (most) => t("{most} is the most", { most })],
  [/^String should have at least 1 character$/, () => t("Write something here")],
  [/^String should have at most (\d+) characters$/, (count) => t("At most {count} characters", { count })],
];

/** Return the words for what the server said of a field. */
export function faultWords(fault: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(fault);
    if (found !== null) return words(found[1] ?? "");
  }
  return capital(fault);
}

/** The programs write without a capital, as a terminal shows it. */
function capital(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toLocaleUpperCase()}${rest.join("")}`;
}
