/** Which pictures the viewer shows, which of them is in front, and how large it is. */
import { batch, signal } from "@preact/signals-core";
import type { Attachment } from "../../api/wire.ts";

const STEP = 1.5;
const SMALLEST = 0.1;
const LARGEST = 8;

export class ShownPictures {
  /** Empty where the viewer is closed. */
  readonly pictures = signal<readonly Attachment[]>([]);
  readonly at = signal(0);
  /** How many times its own size; null where it is as large as the window lets it be. */
  readonly scale = signal<number | null>(null);

  /** Show a picture; where others stand with it, the arrows lead to them. */
  open(picture: Attachment, others: readonly Attachment[]): void {
    const at = others.findIndex(({ attachment_id: id }) => id === picture.attachment_id);
    batch(() => {
      this.pictures.value = at < 0 ? [picture] : others;
      this.at.value = Math.max(0, at);
      this.scale.value = null;
    });
  }

  /** The one that is in front; undefined where the viewer is closed. */
  get current(): Attachment | undefined {
    return this.pictures.peek()[this.at.peek()];
  }

  /** Have the arrows lead to all of these, if what is in front is one of them. */
  widen(all: readonly Attachment[]): void {
    const { current } = this;
    const at = all.findIndex(({ attachment_id: id }) => id === current?.attachment_id);
    if (current === undefined || at < 0) return;
    batch(() => {
      this.pictures.value = all.with(at, current);
      this.at.value = at;
    });
  }

  close(): void {
    this.pictures.value = [];
  }

  /** Go on to another one; it ends at both ends. */
  step(by: number): void {
    const at = Math.max(0, Math.min(this.pictures.value.length - 1, this.at.value + by));
    if (at === this.at.value) return;
    batch(() => {
      this.at.value = at;
      this.scale.value = null;
    });
  }

  /** `fitted` is the scale of a picture that fits the window, from which a zoom begins. */
  zoom(direction: 1 | -1, fitted: number): void {
    const scale = (this.scale.value ?? fitted) * STEP ** direction;
    this.scale.value = Math.max(SMALLEST, Math.min(LARGEST, scale));
  }

  /** Show it in its own size, or as large as the window. */
  toggle(): void {
    this.scale.value = this.scale.value === null ? 1 : null;
  }
}
