/** The keys of this browser: those of the actions, with what its user has changed. */
import { KeyMap } from "../../stores/keys/key_map.ts";
import { ACTIONS } from "../commands/actions.ts";

export const keyMap = new KeyMap(() => localStorage, Object.fromEntries(ACTIONS.map(({ id, keys }) => [id, keys])));
