import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../api/errors.ts";
import type { SignInApi } from "../api/sign_in.ts";
import type { User } from "../api/wire.ts";
import { SignIn } from "./sign_in.ts";

function make(api: Partial<SignInApi> = {}) {
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
      signOut: async () => {},
      ...api,
    },
    () => signedIn.push("yes"),
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
  assert.equal(signIn.sendsLetters.value, true);
  await signIn.learn();
  assert.deepEqual([signIn.name.value.length, signIn.sendsLetters.value], [80, false]);
});

test("a desk that tells nothing is asked as any other", async () => {
  for (const info of [() => Promise.reject(new ApiError("no")), async () => ({ name: 1 }) as never]) {
    const { signIn } = make({ info });
    await signIn.learn();
    assert.deepEqual([signIn.name.value, signIn.sendsLetters.value], ["", true]);
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
