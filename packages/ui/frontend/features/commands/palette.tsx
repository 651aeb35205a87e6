/** The palette: all that the page can do, by the first letters of it. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { desk } from "../../app.ts";
import { t } from "../../i18n/translate.ts";
import { askedOf } from "../../stores/search/query.ts";
import { TicketSearch } from "../../stores/search/ticket_search.ts";
import { Finder } from "../finder/finder.tsx";
import type { Option } from "../finder/finder_options.ts";
import { Highlight } from "../finder/highlight.tsx";
import { recentTextsOf } from "../finder/recent_texts.ts";
import {
  actionCommands,
  foundCommands,
  numberCommands,
  peopleCommands,
  ticketCommands,
  viewCommands,
} from "./command_sources.tsx";
import { type Command, type Ranked, rank } from "./commands.ts";
import { usePeople } from "./use_people.ts";

const LABEL = t("Run anything");

const recentOf = recentTextsOf("commands");

export function Palette() {
  const typed = useSignal("");
  const search = useMemo(() => new TicketSearch(() => desk.known.peek()), []);
  useEffect(() => () => search.close(), []);
  // What can be done is what could be done as the palette was opened: it has the focus now.
  const possible = useMemo(actionCommands, []);
  const actions = [...possible, ...viewCommands()];
  const people = usePeople(typed.value);
  const text = typed.value.trim();
  const recent = desk.home.value === null ? null : recentOf(desk.home.value);
  const onInput = (value: string) => {
    typed.value = value;
    search.ask(value.trim().length < 2 ? "" : askedOf({ filters: [], text: value }));
  };
  // The list is gone through with the first letter, and not with each.
  const tickets = useMemo(() => (text === "" ? [] : ticketCommands()), [text === ""]);
  const known = text === "" ? actions : [...actions, ...peopleCommands(people), ...tickets];
  const ranked = rank(known, text, recent?.texts.value ?? []);
  const shown = new Set(ranked.map(({ command }) => command.id));
  const found = foundCommands(search.found.value).filter(({ id }) => !shown.has(id));
  const plain = (command: Command): Ranked => ({ command, match: { score: 0, ranges: [] } });
  const all = [...numberCommands(text).map(plain), ...ranked, ...found.map(plain)];
  return (
    <Finder
      label={LABEL}
      placeholder={t("An action, a view, a ticket or a person")}
      value={typed.value}
      onInput={onInput}
      options={all.map((one) => optionOf(one, !found.includes(one.command), () => recent?.add(one.command.id)))}
      choosesFirst
      isStale={search.isStale.value}
      notice={
        <p class="finder-notice unseen" role="status">
          {all.length === 0 && !search.isBusy.value ? t("Nothing fits") : ""}
        </p>
      }
      after={all.length === 0 && !search.isBusy.value ? <p class="finder-after">{t("Nothing fits")}</p> : null}
    />
  );
}

function optionOf({ command, match }: Ranked, isSure: boolean, remember: () => void): Option {
  return {
    id: command.id,
    isSure,
    ...(command.href !== undefined && { href: command.href }),
    content: (
      <>
        <span class="finder-words">
          <Highlight text={command.words} ranges={match.ranges} />
        </span>
        {command.detail !== undefined && <span class="finder-detail">{command.detail}</span>}
      </>
    ),
    run: () => {
      remember();
      command.run();
    },
  };
}
