/** The first step: the address, and the ways that need no code. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { SIGN_IN } from "../../i18n/sign_in_words.ts";
import type { ProjectSession } from "../../stores/access/project_session.ts";
import type { SignIn } from "../../stores/access/sign_in.ts";
import { Problem } from "../../ui/problem.tsx";
import { Elsewhere, OtherWays } from "./other_ways.tsx";

const PROBLEM = "sign-in-problem";

type Props = { signIn: SignIn; title: string; session: ProjectSession };

export function AddressStep({ signIn, title, session }: Props) {
  const email = useSignal(signIn.email.value);
  const input = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const ways = signIn.ways.value;
  useLayoutEffect(() => input.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ways.letters) void signIn.request(email.value);
    else signIn.enterCode(email.value);
  };
  const enterCode = () => {
    if (form.current?.reportValidity()) signIn.enterCode(email.value);
  };
  return (
    <>
      <h1 id="sign-in-title">{title}</h1>
      <Ended session={session} />
      <p class="gate-lead">{ways.letters ? SIGN_IN.lead : SIGN_IN.noLetters}</p>
      <form ref={form} class="form" onSubmit={submit}>
        <AddressField signIn={signIn} input={input} value={email.value} onInput={(text) => (email.value = text)} />
        <button type="submit" class="button button-strong button-large" disabled={signIn.isBusy.value}>
          {addressButton(signIn)}
        </button>
      </form>
      {ways.letters && (
        <p class="gate-ways">
          <button type="button" class="button button-small" onClick={enterCode}>
            {SIGN_IN.haveCode}
          </button>
        </p>
      )}
      <OtherWays signIn={signIn} />
      <Elsewhere address={ways.elsewhere} />
    </>
  );
}

/** Why somebody is here who was in the desk a moment ago. */
function Ended({ session }: { session: ProjectSession }) {
  const refusal = session.problem.value;
  if (refusal?.reason === "deactivated") return <Problem problem={refusal} />;
  if (!session.hasEnded.value) return null;
  return (
    <p class="gate-notice" role="status">
      {SIGN_IN.ended}
    </p>
  );
}

type FieldProps = {
  signIn: SignIn;
  input: RefObject<HTMLInputElement | null>;
  value: string;
  onInput: (text: string) => void;
};

function AddressField({ signIn, input, value, onInput }: FieldProps) {
  const { passkey } = signIn.ways.value;
  // The browser offers passkeys in this field, where it has some.
  useEffect(() => {
    void signIn.offerPasskeys();
    return () => signIn.stopOffering();
  }, [passkey]);
  const problem = signIn.failed.value === "letter" ? signIn.problem.value : null;
  return (
    <>
      <label class="field">
        <span class="label">{SIGN_IN.email}</span>
        <input
          ref={input}
          type="email"
          name="email"
          required
          maxLength={254}
          autocomplete={passkey ? "username webauthn" : "email"}
          placeholder={SIGN_IN.emailPlaceholder}
          aria-describedby={problem ? PROBLEM : undefined}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      </label>
      {problem && (
        <div id={PROBLEM}>
          <Problem problem={problem} />
        </div>
      )}
    </>
  );
}

function addressButton(signIn: SignIn): string {
  if (!signIn.ways.value.letters) return SIGN_IN.next;
  return signIn.activity.value === "letter" ? SIGN_IN.sending : SIGN_IN.send;
}
