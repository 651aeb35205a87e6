/** What may fail without the rest of the page: one project's row or view, made of what its server has sent. */
import { Component, type ComponentChildren } from "preact";
import { toApiError } from "../api/errors.ts";
import { Problem } from "./problem.tsx";

type ContainedProps = {
  /** Whether a failure is shown; a row that fails is left out. */
  says?: boolean;
  children: ComponentChildren;
};

export class Contained extends Component<ContainedProps, { error: unknown }> {
  override state = { error: null };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render({ says, children }: ContainedProps, { error }: { error: unknown }) {
    if (error === null) return children;
    return says ? <Problem problem={toApiError(error)} onRetry={() => this.setState({ error: null })} /> : null;
  }
}
