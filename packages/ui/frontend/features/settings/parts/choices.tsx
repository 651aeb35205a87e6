/** One of a few choices, each a button. */

type ChoicesProps<Choice> = {
  label: string;
  /** That of no other choices of the page. */
  name: string;
  options: readonly Choice[];
  words: (option: Choice) => string;
  chosen: Choice;
  choose: (option: Choice) => void;
};

export function Choices<Choice>({ label, name, options, words, chosen, choose }: ChoicesProps<Choice>) {
  return (
    <div class="choices" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={String(option)} class="choice">
          <input type="radio" name={name} checked={option === chosen} onChange={() => choose(option)} />
          <span>{words(option)}</span>
        </label>
      ))}
    </div>
  );
}
