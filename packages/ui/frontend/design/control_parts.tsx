/** What is pressed, chosen and typed into. */
import { useSignal } from "@preact/signals";
import { Clip, Lock, Plus, Send } from "../ui/icons.tsx";
import { Select } from "../ui/select.tsx";
import { Part, State } from "./part.tsx";

export function ControlParts() {
  return (
    <>
      <Buttons />
      <Fields />
    </>
  );
}

const BUTTONS = ["", "button-strong", "button-note", "button-small", "button-large"];

function Buttons() {
  return (
    <Part name="Buttons">
      {BUTTONS.map((kind) => (
        <State key={kind} name={kind || "button"}>
          <button type="button" class={`button ${kind}`}>
            <Plus /> Press
          </button>
          <button type="button" class={`button ${kind}`} disabled>
            <Send /> Disabled
          </button>
        </State>
      ))}
      <State name="link">
        <a class="button button-strong" href="#/">
          <Lock /> All tickets
        </a>
        <button type="button" class="link-button">
          Within a text
        </button>
      </State>
      <State name="picture alone">
        <button type="button" class="button" aria-label="Attach files">
          <Clip />
        </button>
      </State>
    </Part>
  );
}

function Fields() {
  const chosen = useSignal("open");
  return (
    <Part name="Fields">
      <State name="empty">
        <label class="field">
          <span class="label">Title</span>
          <input placeholder="What is it about?" />
        </label>
      </State>
      <State name="filled">
        <label class="field">
          <span class="label">Title</span>
          <input value="The printer does not print" />
          <span class="hint">A hint says more.</span>
        </label>
      </State>
      <State name="disabled">
        <label class="field">
          <span class="label">Title</span>
          <input value="Not now" disabled />
        </label>
      </State>
      <State name="right to left">
        <label class="field">
          <span class="label">Title</span>
          <input value="המדפסת לא מדפיסה" />
        </label>
      </State>
      <State name="text">
        <label class="field">
          <span class="label">Description</span>
          <textarea rows={3} value={"Two lines\nof text"} />
        </label>
      </State>
      <State name="select">
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it. */}
        <label class="field">
          <span class="label">Status</span>
          <Select value={chosen.value} choose={(value) => (chosen.value = value)} name="design">
            <option value="open">Open</option>
            <option value="solved">Solved</option>
          </Select>
        </label>
      </State>
      <State name="one of few">
        <div class="choices">
          {["Low", "Normal", "High"].map((name) => (
            <label key={name} class="choice">
              <input type="radio" name="design-choice" defaultChecked={name === "Normal"} />
              <span>{name}</span>
            </label>
          ))}
        </div>
      </State>
    </Part>
  );
}
