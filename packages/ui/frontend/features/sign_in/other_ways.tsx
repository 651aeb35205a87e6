/** The ways to sign in that need no letter: a passkey, and the desk's providers. */
import { returnAddress } from "../../app.ts";
import { SIGN_IN } from "../../i18n/sign_in_words.ts";
import { tx } from "../../i18n/translate.ts";
import type { SignIn } from "../../stores/access/sign_in.ts";
import { Problem } from "../../ui/problem.tsx";

export function OtherWays({ signIn }: { signIn: SignIn }) {
  const { passkey, providers } = signIn.ways.value;
  const activity = signIn.activity.value;
  const problem = signIn.failed.value === "letter" ? null : signIn.problem.value;
  if (!passkey && providers.length === 0) return null;
  return (
    <div class="gate-others">
      <p class="gate-or">{SIGN_IN.or}</p>
      {problem && <Problem problem={problem} />}
      {passkey && (
        <button
          type="button"
          class="button button-large"
          disabled={activity !== null}
          onClick={() => void signIn.usePasskey()}
        >
          {activity === "passkey" ? SIGN_IN.askingPasskey : SIGN_IN.passkey}
        </button>
      )}
      {signIn.hadNoPasskey.value && (
        <p class="gate-hint" role="status">
          {SIGN_IN.noPasskey}
        </p>
      )}
      {providers.map((name) => (
        <button
          key={name}
          type="button"
          class="button button-large"
          disabled={activity !== null}
          onClick={() => void signIn.useProvider(leave)}
        >
          {SIGN_IN.withProvider(name)}
        </button>
      ))}
    </div>
  );
}

/** Where the page has another address, more ways are there. */
export function Elsewhere({ address }: { address: string }) {
  if (address === "") return null;
  const link = <a href={`${address}sign-in`}>{new URL(address).host}</a>;
  return <p class="gate-hint">{tx("There are more ways to sign in at {address}.", { address: link })}</p>;
}

function leave(url: string): void {
  returnAddress.keep(location.hash);
  location.assign(url);
}
