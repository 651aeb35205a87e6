/** The list of emoji, which is loaded with the first colon. */
import { gemoji } from "gemoji";
import { type Emoji, findEmoji } from "./emoji.ts";

export function searchEmoji(typed: string, most: number): Emoji[] {
  return findEmoji(gemoji, typed, most);
}
