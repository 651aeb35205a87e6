/** What is wrong with a field, in the words of its reader: the server says the kind, and the page what it is called. */
import type { FieldFault } from "../../api/field_faults.ts";
import type { FaultKind } from "../../api/wire.ts";
import { spokenLanguage, t } from "../../i18n/translate.ts";
import { dayName, WEEKDAYS } from "./hours.ts";

type Details = {
  limit: (round: (value: number) => number) => string;
  value: string;
  meant: string;
  key: string;
  known: string;
};

const WORDS: Record<FaultKind, (details: Details) => string> = {
  missing: () => t("Write something here"),
  unknown: () => t("The support desk does not know this"),
  invalid: () => t("This cannot be taken as it is"),
  not_integer: () => t("Write a whole number, such as 10"),
  not_number: () => t("Write a number, such as 10"),
  not_one_of: () => t("This is none of the choices"),
  too_small: ({ limit }) => t("{least} is the least", { least: limit(Math.ceil) }),
  too_large: ({ limit }) => t("{most} is the most", { most: limit(Math.floor) }),
  too_short: ({ limit }) =>
    limit(Math.ceil) === "1"
      ? t("Write something here")
      : t("At least {count} characters", { count: limit(Math.ceil) }),
  too_long: ({ limit }) => t("At most {count} characters", { count: limit(Math.floor) }),
  too_many_bytes: ({ limit }) => t("This is too long: at most {count} bytes", { count: limit(Math.floor) }),
  too_few: ({ limit }) => t("At least {count} of them", { count: limit(Math.ceil) }),
  too_many: ({ limit }) => t("At most {count} of them", { count: limit(Math.floor) }),
  blank: () => t("There is nothing to see in it"),
  character: ({ value }) => t("The character {code} cannot stand in it", { code: value }),
  taken: ({ value }) => t("{name} is taken already", { name: value }),
  empty_message: () => t("Write a text, or attach a file"),
  code: ({ limit }) => t("A code has {count} digits", { count: limit(Math.round) }),
  email: () => t("This is no e-mail address, such as ann@example.org"),
  login: () => t("A login has no spaces"),
  language: ({ known }) => t("Letters are written in these languages alone: {known}", { known }),
  time_zone: ({ value, meant }) =>
    meant === ""
      ? t("There is no time zone {name}", { name: value })
      : t("There is no time zone {name}; did you mean {meant}?", { name: value, meant }),
  day: ({ value }) =>
    value === "" ? t("Write a day as 2026-12-25") : t("{value} is no day; write it as 2026-12-25", { value }),
  time_of_day: ({ value }) =>
    value === "" ? t("This is no time of day, such as 22:00") : t("{value} is no time of day", { value }),
  shift_order: ({ value }) => t("{hours} does not end after its start", { hours: value }),
  shifts_overlap: ({ value }) => t("The hours of {day} overlap", { day: dayOf(value) }),
  mail_server: () => t("This is no name of a mail server, such as mx.example.org"),
  page_address: () => t("This is no address of a page, such as https://help.example.org/"),
  url: () => t("This is no address"),
  url_scheme: () => t("The address has to begin with https:// or http://"),
  url_host: () => t("The address names no host"),
  url_port: ({ limit }) => t("The port is between 1 and {most}", { most: limit(Math.floor) }),
  url_user: () => t("Leave the user name and the password out of the address: logs would show them"),
  url_fragment: () => t("Leave out what begins with #: it is not sent"),
  event_kind: ({ value }) => t("{kind} is no kind of event that webhooks are sent", { kind: value }),
  placeholder: ({ value }) => t("{name} is no placeholder", { name: value }),
  filter_terms: ({ limit }) => t("At most {count} conditions", { count: limit(Math.floor) }),
  filter_star: () => t("a star needs letters before it"),
  filter_quote: () => t("the quote has no end, or something sticks to it"),
  filter_empty_quote: () => t("there is nothing between the quotes"),
  filter_unfinished: () => t("something is missing here; leave no space after a minus or a colon"),
  filter_value: ({ key, value, meant, known }) =>
    meant === ""
      ? t("{key} is never {value}, but one of {known}", { key, value, known })
      : t("{key} is never {value}; did you mean {meant}?", { key, value, meant }),
  filter_text: ({ value, meant }) =>
    meant === ""
      ? t("A view does not look for words such as {value}; the search does", { value })
      : t("There is no condition {value}; did you mean {meant}:?", { value, meant }),
};

/** Return the words for a fault of a field whose unit is `factor` of the server's. */
export function faultWords(fault: FieldFault, factor = 1): string {
  const { kind, words: said, limit = 0, value = "", meant = "", key = "", known = [], place } = fault;
  const isNamed = Object.hasOwn(WORDS, kind) && kind !== "invalid";
  if (!isNamed && said !== "" && spokenLanguage() === "en") return capital(said);
  const details: Details = {
    limit: (round) => inUnit(limit, factor, round),
    value,
    meant,
    key,
    known: known.join(", "),
  };
  const words = WORDS[isNamed ? kind : "invalid"](details);
  return place === undefined ? words : t("Character {place}: {fault}", { place, fault: words });
}

/** Return a bound in the unit of its field; rounded to what can be typed and is taken. */
function inUnit(bound: number, factor: number, round: (value: number) => number): string {
  return String(factor === 1 ? bound : round((bound / factor) * 100) / 100);
}

function dayOf(value: string): string {
  const day = WEEKDAYS.find((one) => one === value);
  return day === undefined ? value : dayName(day);
}

/** The programs write without a capital, as a terminal shows it. */
function capital(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toLocaleUpperCase()}${rest.join("")}`;
}
