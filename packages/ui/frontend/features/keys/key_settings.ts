/** The keys of this browser: those of the actions, with what its user has changed. */
import { KeyMap } from "../../stores/keys/key_map.ts";
import { ACTIONS } from "../commands/actions.ts";
import { collide } from "./strokes.ts";

const FIRST_KEYS = Object.fromEntries(ACTIONS.map(({ id, keys }) => [id, keys]));

export const keyMap = new KeyMap(() => localStorage, FIRST_KEYS, collide);
