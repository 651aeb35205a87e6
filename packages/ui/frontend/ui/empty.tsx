/** What stands where nothing is. */
import type { ComponentChildren } from "preact";

type EmptyProps = { title: string; children?: ComponentChildren; icon?: ComponentChildren };

export function Empty({ title, children, icon }: EmptyProps) {
  return (
    <div class="empty">
      {icon && <span class="empty-icon">{icon}</span>}
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
