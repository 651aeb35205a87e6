/** The settings of a project, as its users may see them: fetched when they are first asked for, then by events. */
import { effect, signal } from "@preact/signals-core";
import type { Params } from "../../api/client.ts";
import type { Project as Settings, TagColour } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";
import type { Project } from "../project.ts";

export type SettingsPatch = Params<"project.update">;

type Source = Pick<Project, "call" | "follow" | "snapshots">;

// The colour becomes a part of a class: a project of another machine may answer with anything.
const COLOURS: ReadonlySet<unknown> = new Set<TagColour>([
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "purple",
  "pink",
]);

export class ProjectSettings {
  readonly settings = signal<Settings | null>(null);
  readonly #project: Source;
  readonly #ends: Array<() => void>;
  #isAsked = false;

  constructor(project: Source) {
    this.#project = project;
    let known = project.snapshots.peek();
    this.#ends = [
      project.follow(({ record }) => {
        if (record?.noun === "project") this.settings.value = record;
      }),
      // What was missed is in no event.
      effect(() => {
        const count = project.snapshots.value;
        if (count === known) return;
        known = count;
        if (this.#isAsked) void this.load().catch(() => {});
      }),
    ];
  }

  /** Fetch them; throws `ApiError`. */
  async load(): Promise<void> {
    this.#isAsked = true;
    this.settings.value = await this.#project.call("project.get", {});
  }

  /** Fetch them where they were not asked for yet; what shows them does without until then. */
  ensure(): void {
    if (this.#isAsked) return;
    void this.load().catch(() => {
      this.#isAsked = false;
    });
  }

  /** Set what is given, and return all of them; throws `ApiError`. */
  async save(patch: SettingsPatch): Promise<Settings> {
    const saved = await this.#project.call("project.update", patch);
    this.settings.value = saved;
    return saved;
  }

  /** Return the colour of a tag; null for none. */
  colourOf(tag: string): TagColour | null {
    const colours = this.settings.value?.tag_colours ?? {};
    const colour = Object.hasOwn(colours, tag) ? colours[tag] : null;
    return COLOURS.has(colour) ? (colour as TagColour) : null;
  }

  close(): void {
    for (const end of this.#ends) end();
  }
}

export const settingsOf = perUser((project) => new ProjectSettings(project));
