import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../api/errors.ts";
import type { Authenticator, PasskeyQuestion } from "../../api/passkeys.ts";
import type { SignInApi } from "../../api/sign_in.ts";
import type { User } from "../../api/wire.ts";
import { settle } from "../fixtures.ts";
import { SignIn } from "./sign_in.ts";

function make(api: Partial<SignInApi> = {}, authenticator?: Authenticator) {
  const asked: string[] = [];
  const signedIn: string[] = [];
  const signIn = new SignIn(
    {
      info: async () => ({ name: "Help", page_address: "", sign_in: { link: true, passkey: false, oidc: [] } }),
      requestLink: async (email) => void asked.push(email),
      redeemCode: async (email, code) => {
        asked.push(`${email} ${code}`);
        return {} as User;
      },
      passkeyOptions: async () => "options",
      redeemPasskey: async (credential) => {
        asked.push(credential);
        return {} as User;
      },
      startAtProvider: async () => "https://login.example/",
      signOut: async () => {},
      ...api,
    },
    () => signedIn.push("yes"),
    authenticator === undefined ? null : { root: "https://help.example/", authenticator },
  );
  return { signIn, asked, signedIn };
}

test("an address leads to the code, and the code into the project", async () => {
  const { signIn, asked, signedIn } = make();
  await signIn.request(" carol@example.org ");
  assert.equal(signIn.step.value, "code");
  assert.equal(signIn.email.value, "carol@example.org");
  await signIn.redeem(" 123 456-");
  assert.deepEqual(asked, ["carol@example.org", "carol@example.org 123456"]);
  assert.deepEqual(signedIn, ["yes"]);
  // The next one who signs in begins at the beginning.
  assert.equal(signIn.step.value, "address");
});

test("a wrong code is said, and can be typed again", async () => {
  const wrong = new ApiError("This code does not fit", { hint: "Look into the newest mail." });
  const { signIn, signedIn } = make({ redeemCode: () => Promise.reject(wrong) });
  await signIn.request("carol@example.org");
  await signIn.redeem("000000");
  assert.equal(signIn.problem.value, wrong);
  assert.equal(signIn.step.value, "code");
  assert.deepEqual(signedIn, []);
  signIn.restart();
  assert.equal(signIn.problem.value, null);
});

test("a second letter is said to be one", async () => {
  const { signIn } = make();
  await signIn.request("carol@example.org");
  assert.equal(signIn.wasSentAgain.value, false);
  await signIn.request("carol@example.org");
  assert.equal(signIn.wasSentAgain.value, true);
});

test("a desk tells its name, and whether it sends letters", async () => {
  const { signIn } = make({
    info: async () => ({ name: "x".repeat(99), page_address: "", sign_in: { link: false, passkey: false, oidc: [] } }),
  });
  assert.equal(signIn.ways.value.letters, true);
  await signIn.learn();
  assert.deepEqual([signIn.name.value.length, signIn.ways.value.letters], [80, false]);
});

test("a desk that tells nothing is asked as any other", async () => {
  for (const info of [() => Promise.reject(new ApiError("no")), async () => ({ name: 1 }) as never]) {
    const { signIn } = make({ info });
    await signIn.learn();
    assert.deepEqual([signIn.name.value, signIn.ways.value.letters], ["", true]);
  }
});

test("a code that somebody has already needs no letter", async () => {
  const { signIn, asked, signedIn } = make();
  signIn.enterCode(" carol@example.org");
  assert.deepEqual([signIn.step.value, signIn.wasSent.value], ["code", false]);
  await signIn.redeem("123456");
  assert.deepEqual(asked, ["carol@example.org 123456"]);
  assert.deepEqual(signedIn, ["yes"]);
});

test("a desk that does not answer leaves the address where it was", async () => {
  const { signIn } = make({ requestLink: () => Promise.reject(new ApiError("The support desk did not answer")) });
  await signIn.request("carol@example.org");
  assert.equal(signIn.step.value, "address");
  assert.equal(signIn.problem.value?.message, "The support desk did not answer");
  assert.equal(signIn.isBusy.value, false);
});

test("one press at a time counts", async () => {
  let calls = 0;
  const { signIn } = make({
    requestLink: async () => {
      calls += 1;
    },
  });
  await Promise.all([signIn.request("a@b.example"), signIn.request("a@b.example")]);
  assert.equal(calls, 1);
});

const AT_HOME = {
  name: "Help",
  page_address: "https://help.example/",
  sign_in: { link: true, passkey: true, oidc: ["login.example"] },
};

/** A browser with passkeys: `signs` answers each question, and a conditional one waits until it is ended. */
function browser(signs: (question: PasskeyQuestion) => Promise<string | null>, offersInFields = false): Authenticator {
  return {
    offersInFields: async () => offersInFields,
    create: async () => null,
    sign: (_options, question = {}) => signs(question),
  };
}

function untilEnded({ signal }: PasskeyQuestion): Promise<null> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(null)));
}

test("a passkey signs in", async () => {
  const { signIn, asked, signedIn } = make(
    { info: async () => AT_HOME },
    browser(async () => "signed"),
  );
  await signIn.learn();
  assert.equal(signIn.ways.value.passkey, true);
  await signIn.usePasskey();
  assert.deepEqual([asked, signedIn], [["signed"], ["yes"]]);
});

test("who has no passkey is told so, and goes on another way", async () => {
  const { signIn, signedIn } = make(
    { info: async () => AT_HOME },
    browser(async () => null),
  );
  await signIn.learn();
  await signIn.usePasskey();
  assert.deepEqual([signIn.hadNoPasskey.value, signIn.problem.value, signedIn], [true, null, []]);
  await signIn.request("carol@example.org");
  assert.equal(signIn.hadNoPasskey.value, false);
});

test("a passkey that is refused is a problem", async () => {
  const refused = new ApiError("this passkey is not known here");
  const api = { info: async () => AT_HOME, redeemPasskey: () => Promise.reject(refused) };
  const { signIn } = make(
    api,
    browser(async () => "signed"),
  );
  await signIn.usePasskey();
  assert.deepEqual([signIn.problem.value, signIn.failed.value], [refused, "passkey"]);
});

test("a browser offers passkeys in the field until the user leaves it, or takes one", async () => {
  const questions: PasskeyQuestion[] = [];
  const { signIn, signedIn } = make(
    { info: async () => AT_HOME },
    browser((question) => {
      questions.push(question);
      return question.isConditional ? untilEnded(question) : Promise.resolve("signed");
    }, true),
  );
  await signIn.learn();
  const offered = signIn.offerPasskeys();
  await settle();
  await signIn.usePasskey();
  await offered;
  await settle();
  assert.deepEqual(
    questions.map(({ isConditional }) => isConditional ?? false),
    [true, false],
  );
  assert.deepEqual(signedIn, ["yes"]);
});

test("what was offered goes on after somebody did not want to be asked", async () => {
  let count = 0;
  const { signIn } = make(
    { info: async () => AT_HOME },
    browser((question) => {
      count += question.isConditional ? 1 : 0;
      return question.isConditional ? untilEnded(question) : Promise.resolve(null);
    }, true),
  );
  await signIn.learn();
  void signIn.offerPasskeys();
  await settle();
  await signIn.usePasskey();
  await settle();
  assert.equal(count, 2);
  signIn.stopOffering();
});

test("a browser that ends an offer by itself is not asked again and again", async () => {
  let count = 0;
  const { signIn } = make(
    { info: async () => AT_HOME },
    browser(async () => {
      count += 1;
      return null;
    }, true),
  );
  await signIn.learn();
  await signIn.offerPasskeys();
  assert.equal(count, 1);
});

test("a provider is gone to where the desk says", async () => {
  const { signIn } = make();
  const left: string[] = [];
  await signIn.useProvider((url) => left.push(url));
  assert.deepEqual(left, ["https://login.example/"]);
  const down = make({ startAtProvider: () => Promise.reject(new ApiError("the provider cannot be asked")) });
  await down.signIn.useProvider((url) => left.push(url));
  assert.equal(down.signIn.problem.value?.message, "the provider cannot be asked");
  assert.equal(left.length, 1);
});
