/** The webhooks of a project, and how the last attempts to send to one ended. */
import { signal } from "@preact/signals-core";
import type { Call, Params } from "../../api/client.ts";
import type { Webhook, WebhookAnswer, WebhookSecret } from "../../api/wire.ts";
import { perUser } from "../per_user.ts";

export type WebhookPatch = Omit<Params<"webhook.update">, "webhook_id">;

export class WebhookAdministration {
  readonly #call: Call;
  /** Null until they were fetched. */
  readonly list = signal<Webhook[] | null>(null);

  constructor(call: Call) {
    this.#call = call;
  }

  async load(): Promise<void> {
    this.list.value = (await this.#call("webhook.list", {})).webhooks;
  }

  find(id: number): Webhook | null {
    return this.list.value?.find((webhook) => webhook.webhook_id === id) ?? null;
  }

  /** Create one; its secret is in this answer and in no other. */
  async create(webhook: Params<"webhook.create">): Promise<WebhookSecret> {
    const made = await this.#call("webhook.create", webhook);
    this.#put(made.webhook);
    return made;
  }

  async update(id: number, patch: WebhookPatch): Promise<Webhook> {
    const saved = await this.#call("webhook.update", { webhook_id: id, ...patch });
    this.#put(saved);
    return saved;
  }

  async delete(id: number): Promise<void> {
    await this.#call("webhook.delete", { webhook_id: id });
    this.list.value = this.list.peek()?.filter((webhook) => webhook.webhook_id !== id) ?? null;
  }

  /** Give it another secret, which is in this answer and in no other. */
  async rotate(id: number): Promise<WebhookSecret> {
    const made = await this.#call("webhook.rotate_secret", { webhook_id: id });
    this.#put(made.webhook);
    return made;
  }

  /** Send a message that says nothing; `answers` has how it ended. */
  async test(id: number): Promise<void> {
    await this.#call("webhook.test", { webhook_id: id });
  }

  async redeliver(id: number, seq: number): Promise<void> {
    await this.#call("webhook.redeliver", { webhook_id: id, seq });
  }

  async answers(id: number): Promise<WebhookAnswer[]> {
    return (await this.#call("webhook.answers", { webhook_id: id })).answers;
  }

  close(): void {
    this.list.value = null;
  }

  #put(webhook: Webhook): void {
    const list = this.list.peek();
    if (list === null) return;
    const at = list.findIndex((one) => one.webhook_id === webhook.webhook_id);
    this.list.value = at < 0 ? [...list, webhook] : list.with(at, webhook);
  }
}

export const webhooksOf = perUser((project) => new WebhookAdministration(project.call));
