// @ts-check
/** Templates become virtual nodes, so text from people is always text: nothing here parses HTML. */
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
