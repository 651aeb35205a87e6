/** A part of the page that is loaded when its view is first shown. */
import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../api/errors.ts";
import { t } from "../i18n/translate.ts";
import { Problem } from "./problem.tsx";

type Load<Props> = () => Promise<ComponentType<Props>>;

export type LazyPart<Props> = ComponentType<Props> & { load: () => Promise<void> };

/** Return a component that shows nothing until `load` has brought the one it stands for. */
export function lazyPart<Props extends object>(load: Load<Props>): LazyPart<Props> {
  let loaded: ComponentType<Props> | null = null;
  const ensure = async () => {
    loaded ??= await load();
  };
  const part = (props: Props) => {
    const state = useSignal<"loading" | "loaded" | "failed">(loaded === null ? "loading" : "loaded");
    useEffect(() => {
      if (state.value !== "loading") return;
      ensure().then(
        () => {
          state.value = "loaded";
        },
        () => {
          state.value = "failed";
        },
      );
    }, []);
    if (state.value === "failed") return <PartMissing />;
    const Loaded = loaded;
    return state.value === "loaded" && Loaded !== null ? <Loaded {...props} /> : null;
  };
  return Object.assign(part, { load: () => ensure().catch(() => {}) });
}

/** The desk is down, or was upgraded since the page was opened: then a reload brings the parts of the new release. */
function PartMissing() {
  const problem = new ApiError(t("This part of the page could not be loaded"), {
    hint: t("What you typed is kept when the page is loaded again."),
  });
  return <Problem problem={problem} onRetry={() => location.reload()} />;
}
