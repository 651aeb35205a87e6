import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuTimeOf } from "../testing/cpu_time.ts";
import { plainWords } from "./plain_words.ts";

const CASES = [
  ["It is **back**, thank you", "It is back, thank you"],
  ["since *this morning*, or _earlier_", "since this morning, or earlier"],
  ["__all__ of ~~it~~", "all of it"],
  ["# A heading", "A heading"],
  ["Hello. ## What I tried", "Hello. What I tried"],
  ["> quoted", "quoted"],
  [">quoted", "quoted"],
  ["> > twice", "twice"],
  ["It said: > no such file", "It said: no such file"],
  ["Thanks. On Monday, Bob wrote: > An answer > of two", "Thanks. On Monday, Bob wrote: An answer of two"],
  ["- [ ] to do - [x] done", "to do done"],
  ["We look into it now. - which version? - which browser?", "We look into it now. which version? which browser?"],
  ["- apples - pears - plums", "apples pears plums"],
  ["* apples * pears", "apples pears"],
  ["one\n\n- two\n- three\n> four\n\n## five", "one two three four five"],
  ["1. the file of October 2. a smaller one", "1. the file of October 2. a smaller one"],
  ["```python print(1) ``` and so", "print(1) and so"],
  ["It says: ``` Traceback: row 7 ```", "It says: Traceback: row 7"],
  ["One --- two", "One two"],
  ["| column | type | |---|---| | date | text |", "column type date text"],
  ["See [the page](https://example.org/a) and `code`", "See the page and code"],
  ['See [the page](https://example.org/a_(b) "title").', "See the page."],
  ["See [the page](https://exam…", "See the page…"],
  ["See <https://example.org/help>", "See https://example.org/help"],
  ["![screen](attachment:3) so", "screen so"],
  ["The **import fails since…", "The import fails since…"],
  ["Ask \\*me\\*", "Ask *me*"],
  // What is no sign of Markdown stays.
  ["2 * 3 ** 4, a_b_c and __init", "2 * 3 ** 4, a_b_c and __init"],
  ["VPN - broken - again", "VPN - broken - again"],
  ["a > b and x < y", "a > b and x < y"],
  ["ticket #12, #13", "ticket #12, #13"],
  ["either | or", "either | or"],
  ["-5 degrees, +3", "-5 degrees, +3"],
  ["snake_case_name and 5*4*3", "snake_case_name and 5*4*3"],
  ["https://example.org/a_b_c", "https://example.org/a_b_c"],
  ["C:\\Users", "C:\\Users"],
  ["", ""],
];

for (const [text, expected] of CASES) {
  test(`${text} is shown as ${expected}`, () => assert.equal(plainWords(text ?? ""), expected));
}

test("hostile words take no time", () => {
  const parts = [
    "[",
    "**a",
    "`",
    "![](",
    "> ",
    "- ",
    "|---",
    "| ",
    "[a](b(",
    "*a ",
    "_",
    "\\",
    ". - ",
    "~~~",
    "<https:",
  ];
  const taken = cpuTimeOf(() => {
    for (const part of parts) plainWords(part.repeat(1_000));
  });
  assert.ok(taken < 500, `${taken} ms`);
});
