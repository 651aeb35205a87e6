/** The page of what the team has under names: its list, one of it, or a new one. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { SettingsPage } from "../../../stores/settings/pages.ts";
import { NEW_ITEM } from "./named_list.tsx";
import { Loaded, Page } from "./page.tsx";

type Collection<Item> = {
  list: ReadonlySignal<Item[] | null>;
  load: () => Promise<void>;
  find: (id: number) => Item | null;
};

type CollectionPageProps<Item> = {
  page: SettingsPage;
  item: string;
  collection: Collection<Item>;
  title: string;
  lead: string;
  /** What the page of a new one is called. */
  newTitle: string;
  /** What the page of one is called; null where it is not there, or not yet. */
  titleOf: (one: Item | null) => string;
  /** What is said of one that is not there any more. */
  gone: string;
  rows: (list: Item[]) => ComponentChildren;
  /** The page of one; null is for a new one. */
  one: (one: Item | null) => ComponentChildren;
};

export function CollectionPage<Item>(props: CollectionPageProps<Item>) {
  const { page, item, collection, title, lead, newTitle, titleOf, gone, rows, one } = props;
  const list = collection.list.value;
  const isNew = item === NEW_ITEM;
  const found = isNew ? null : collection.find(Number(item));
  const loading = { load: () => collection.load(), on: [collection], isThere: list !== null };
  if (item === "") {
    return (
      <Page title={title} lead={lead}>
        <Loaded {...loading}>{() => rows(list ?? [])}</Loaded>
      </Page>
    );
  }
  return (
    <Page title={isNew ? newTitle : titleOf(found)} back={{ page, words: title }}>
      <Loaded {...loading}>{() => (isNew || found !== null ? one(found) : <p class="settings-none">{gone}</p>)}</Loaded>
    </Page>
  );
}
