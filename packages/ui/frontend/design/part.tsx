/** One part of the design page, with its states. */
import type { ComponentChildren } from "preact";

/** `stacked` is for what is as wide as the page. */
export function Part({ name, children, stacked = false }: PartProps) {
  return (
    <section class="design-part" aria-label={name}>
      <h2>{name}</h2>
      <div class={stacked ? "design-stack" : "design-row"}>{children}</div>
    </section>
  );
}

type PartProps = { name: string; children: ComponentChildren; stacked?: boolean };

/** One state, under its name. */
export function State({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="design-state">
      <p class="design-name">{name}</p>
      {children}
    </div>
  );
}
