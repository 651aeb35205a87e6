/** What stands where nothing is. */
import type { ComponentChildren } from "preact";

type EmptyProps = {
  title: string;
  children?: ComponentChildren;
  icon?: ComponentChildren;
  /** Whether it is all of a view, so that its title is the heading of the page. */
  isView?: boolean;
};

export function Empty({ title, children, icon, isView = false }: EmptyProps) {
  const Title = isView ? "h1" : "p";
  return (
    <div class="empty">
      {icon && <span class="empty-icon">{icon}</span>}
      <Title class="empty-title">{title}</Title>
      {children}
    </div>
  );
}
