/** What this user has looked for in this browser; forgotten as they sign out. */
import { desk } from "../../app.ts";
import { RecentTexts } from "../../stores/search/recent_texts.ts";
import { recentTextsOf } from "../finder/recent_texts.ts";

const NONE = new RecentTexts(() => sessionStorage, "searches", 0);

const recentOf = recentTextsOf("searches");

export function recentSearches(): RecentTexts {
  return desk.home.value === null ? NONE : recentOf(desk.home.value);
}
