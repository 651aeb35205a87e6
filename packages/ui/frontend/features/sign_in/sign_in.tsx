/** Signing in to a project: the address first, then the code of the letter. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { desk, go } from "../../app.ts";
import { SIGN_IN } from "../../i18n/sign_in_words.ts";
import type { Project } from "../../stores/project.ts";
import { INBOX } from "../../stores/route.ts";
import type { SignIn } from "../../stores/sign_in.ts";
import { Back, Mark } from "../../ui/icons.tsx";
import { Problem } from "../../ui/problem.tsx";

const CODE_LENGTH = 6;

/** The whole page, where it has one project and the project does not know the user. */
export function Gate({ project }: { project: Project }) {
  return (
    <main class="gate">
      <section class="gate-card" aria-labelledby="sign-in-title">
        <p class="brand">
          <Mark />
          <span class="gate-brand">{project.signIn?.name.value || project.name}</span>
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
    if (isKnown || project.signIn === null) go(INBOX);
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
  if (signIn === null) return null;
  const title = desk.hasSeveral ? SIGN_IN.titleOf(project.name) : SIGN_IN.title;
  return signIn.step.value === "address" ? (
    <AddressStep signIn={signIn} title={title} project={project} />
  ) : (
    <CodeStep signIn={signIn} />
  );
}

function AddressStep({ signIn, title, project }: { signIn: SignIn; title: string; project: Project }) {
  const email = useSignal(signIn.email.value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (signIn.sendsLetters.value) void signIn.request(email.value);
    else signIn.enterCode(email.value);
  };
  const form = useRef<HTMLFormElement>(null);
  const enterCode = () => {
    if (form.current?.reportValidity()) signIn.enterCode(email.value);
  };
  const refusal = project.session.problem.value;
  return (
    <>
      <h1 id="sign-in-title">{title}</h1>
      {refusal?.reason === "deactivated" && <Problem problem={refusal} />}
      <p class="gate-lead">{signIn.sendsLetters.value ? SIGN_IN.lead : SIGN_IN.noLetters}</p>
      <form ref={form} class="form" onSubmit={submit}>
        <label class="field">
          <span class="label">{SIGN_IN.email}</span>
          <input
            ref={input}
            type="email"
            name="email"
            required
            maxLength={254}
            autocomplete="email"
            placeholder={SIGN_IN.emailPlaceholder}
            value={email.value}
            onInput={(event) => {
              email.value = event.currentTarget.value;
            }}
          />
        </label>
        {signIn.problem.value && <Problem problem={signIn.problem.value} />}
        <button type="submit" class="button button-strong button-large" disabled={signIn.isBusy.value}>
          {addressButton(signIn)}
        </button>
      </form>
      {signIn.sendsLetters.value && (
        <p class="gate-ways">
          <button type="button" class="button button-small" onClick={enterCode}>
            {SIGN_IN.haveCode}
          </button>
        </p>
      )}
    </>
  );
}

function addressButton(signIn: SignIn): string {
  if (!signIn.sendsLetters.value) return SIGN_IN.next;
  return signIn.isBusy.value ? SIGN_IN.sending : SIGN_IN.send;
}

function CodeStep({ signIn }: { signIn: SignIn }) {
  const code = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void signIn.redeem(code.value);
  };
  return (
    <>
      <h1 id="sign-in-title">{signIn.wasSent.value ? SIGN_IN.lookTitle : SIGN_IN.codeTitle}</h1>
      <p class="gate-lead" role="status">
        {signIn.wasSentAgain.value ? (
          SIGN_IN.sentAgain
        ) : (
          <>
            {signIn.wasSent.value ? SIGN_IN.sentTo : SIGN_IN.codeFor} <strong>{signIn.email.value}</strong>.
          </>
        )}
      </p>
      {signIn.wasSent.value && <p class="gate-lead">{SIGN_IN.how}</p>}
      <form class="form" onSubmit={submit}>
        <label class="field">
          <span class="label">{SIGN_IN.code}</span>
          <input
            ref={input}
            class="code"
            name="code"
            required
            inputMode="numeric"
            autocomplete="one-time-code"
            maxLength={CODE_LENGTH * 2}
            pattern="[\s\-]*([0-9][\s\-]*){6}"
            title={SIGN_IN.code}
            value={code.value}
            onInput={(event) => {
              code.value = event.currentTarget.value;
            }}
          />
        </label>
        {signIn.problem.value && <Problem problem={signIn.problem.value} />}
        <button type="submit" class="button button-strong button-large" disabled={signIn.isBusy.value}>
          {signIn.isBusy.value ? SIGN_IN.entering : SIGN_IN.enter}
        </button>
      </form>
      <p class="gate-ways">
        {signIn.sendsLetters.value && (
          <button type="button" class="button button-small" onClick={() => void signIn.request(signIn.email.value)}>
            {signIn.wasSent.value ? SIGN_IN.again : SIGN_IN.send}
          </button>
        )}
        <button type="button" class="button button-small" onClick={() => signIn.restart()}>
          {SIGN_IN.other}
        </button>
      </p>
    </>
  );
}
