/** The second step: the code of a letter, or one that was handed over. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api/errors.ts";
import { ERROR_CODES } from "../../api/wire.ts";
import { SIGN_IN } from "../../i18n/sign_in_words.ts";
import { tx } from "../../i18n/translate.ts";
import type { SignIn } from "../../stores/access/sign_in.ts";
import { Problem } from "../../ui/problem.tsx";

const CODE_LENGTH = 6;
const PROBLEM = "code-problem";

export function CodeStep({ signIn }: { signIn: SignIn }) {
  return (
    <>
      <h1 id="sign-in-title">{signIn.wasSent.value ? SIGN_IN.lookTitle : SIGN_IN.codeTitle}</h1>
      <p class="gate-lead" role="status">
        {signIn.wasSentAgain.value ? SIGN_IN.sentAgain : <Sent signIn={signIn} />}
      </p>
      {signIn.wasSent.value && <p class="gate-lead">{SIGN_IN.how}</p>}
      <CodeForm signIn={signIn} />
      <p class="gate-ways">
        {signIn.ways.value.letters && (
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

/** To whom a letter went, if it did. */
function Sent({ signIn }: { signIn: SignIn }) {
  const email = <strong>{signIn.email.value}</strong>;
  if (!signIn.wasSent.value) return <>{tx("The code that was sent or given to you, for {email}.", { email })}</>;
  return <>{tx("If the desk knows this address, a letter is on its way to {email}.", { email })}</>;
}

function CodeForm({ signIn }: { signIn: SignIn }) {
  const code = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  const problem = inCodeWords(signIn.problem.value);
  useLayoutEffect(() => input.current?.focus(), []);
  // Who typed a wrong code types another one.
  useEffect(() => {
    if (problem !== null) input.current?.select();
  }, [signIn.problem.value]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void signIn.redeem(code.value);
  };
  const paste = (event: ClipboardEvent) => {
    const digits = readCode(event.clipboardData?.getData("text") ?? "");
    if (digits === null) return;
    event.preventDefault();
    code.value = digits;
  };
  return (
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
          aria-describedby={problem ? PROBLEM : undefined}
          value={code.value}
          onPaste={paste}
          onInput={(event) => {
            code.value = event.currentTarget.value;
          }}
        />
      </label>
      {problem && (
        <div id={PROBLEM}>
          <Problem problem={problem} />
        </div>
      )}
      <button type="submit" class="button button-strong button-large" disabled={signIn.isBusy.value}>
        {signIn.activity.value === "code" ? SIGN_IN.entering : SIGN_IN.enter}
      </button>
    </form>
  );
}

/** A code that is wrong, used or too old is not found, and one without six digits is refused. */
function inCodeWords(problem: ApiError | null): ApiError | null {
  const { "not-found": notFound, "invalid-params": misfit } = ERROR_CODES;
  if (problem === null || (problem.code !== notFound && problem.code !== misfit)) return problem;
  return new ApiError(SIGN_IN.wrongCode, { reason: problem.reason, hint: SIGN_IN.newCode });
}

/** Return the code in what was copied, with the words around it; null where that is not one code. */
function readCode(text: string): string | null {
  const digits = text.replace(/\D/g, "");
  return digits.length === CODE_LENGTH ? digits : null;
}
