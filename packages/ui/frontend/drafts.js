// @ts-check
/**
 * What was typed and not sent yet: it survives another view, a reload and a failed send.
 *
 * Drafts are kept for each person and place, so one person's text never turns up in another's form.
 */

const PREFIX = "hero_assistance.draft";

/**
 * @param {...(string | number)} place
 */
export function draftKey(...place) {
  return [PREFIX, ...place].join("/");
}

/**
 * @param {string} key
 * @returns {string}
 */
export function draft(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return ""; // Storage is switched off: the text lives as long as its form.
  }
}

/**
 * @param {string} key
 * @param {string} text
 */
export function keepDraft(key, text) {
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // Full or switched off: nothing is lost that the form does not still hold.
  }
}
