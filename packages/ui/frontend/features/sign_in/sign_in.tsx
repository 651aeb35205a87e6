/** Signing in to a project: the address first, then the code of the letter; or a way that needs neither. */
import { useEffect } from "preact/hooks";
import { desk, go, returnAddress } from "../../app.ts";
import { SIGN_IN } from "../../i18n/sign_in_words.ts";
import type { SignIn } from "../../stores/access/sign_in.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX } from "../../stores/route.ts";
import { Back, Mark } from "../../ui/icons.tsx";
import { AddressStep } from "./address_step.tsx";
import { CodeStep } from "./code_step.tsx";

// What the history of the browser calls the second step: "back" leads to the first one, and not out of the page.
const CODE_STEP = { step: "code" };

/** The whole page, where it has one project and the project does not know the user. */
export function Gate({ project }: { project: Project }) {
  return (
    <main class="gate">
      <section class="gate-card" aria-labelledby="sign-in-title">
        <p class="brand">
          <Mark />
          <span class="gate-brand">{project.signIn?.name.value || project.title.value || project.name}</span>
        </p>
        <Steps project={project} />
      </section>
    </main>
  );
}

/** The same as one view of many projects. */
export function SignInView({ project }: { project: Project }) {
  const isKnown = project.session.me.value !== null;
  useEffect(() => {
    if (isKnown || project.signIn === null) go(returnAddress.take() || INBOX);
  }, [isKnown]);
  if (!project.needsSignIn.value) return null;
  return (
    <section class="sheet sign-in-sheet" aria-labelledby="sign-in-title">
      <a class="back" href={INBOX}>
        <Back /> {SIGN_IN.back}
      </a>
      <Steps project={project} />
    </section>
  );
}

function Steps({ project }: { project: Project }) {
  const { signIn } = project;
  useEffect(() => void signIn?.learn(), [signIn]);
  useEffect(() => (signIn === null ? undefined : followHistory(signIn)), [signIn]);
  if (signIn === null) return null;
  const title = desk.hasSeveral ? SIGN_IN.titleOf(project.name) : SIGN_IN.title;
  return signIn.step.value === "address" ? (
    <AddressStep signIn={signIn} title={title} session={project.session} />
  ) : (
    <CodeStep signIn={signIn} />
  );
}

/** Give the step of the code an entry in the history; returns the function that ends that. */
function followHistory(signIn: SignIn): () => void {
  const endEntries = signIn.step.subscribe((step) => {
    if (step === "code") history.pushState(CODE_STEP, "");
    else if (history.state?.step === CODE_STEP.step) history.back();
  });
  const follow = ({ state }: PopStateEvent) => {
    if (state?.step !== CODE_STEP.step && signIn.step.value === "code") signIn.restart();
  };
  addEventListener("popstate", follow);
  return () => {
    endEntries();
    removeEventListener("popstate", follow);
  };
}
