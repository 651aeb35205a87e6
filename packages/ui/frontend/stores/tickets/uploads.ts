/** The files of one text that is being written: each on its way, there, or failed; they stay when the view changes. */
import { computed, type Signal, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { SendFile } from "../../api/upload.ts";
import type { Attachment } from "../../api/wire.ts";

export type Upload = {
  readonly id: number;
  readonly file: File;
  /** From 0 to 1. */
  readonly progress: Signal<number>;
  readonly attachment: Signal<Attachment | null>;
  readonly problem: Signal<ApiError | null>;
};

export class Uploads {
  readonly #send: SendFile;
  readonly #call: Call;
  readonly files = signal<Upload[]>([]);
  /** Whether any file is still on its way. */
  readonly isSending = computed(() =>
    this.files.value.some(({ attachment, problem }) => attachment.value === null && problem.value === null),
  );
  readonly hasFailed = computed(() => this.files.value.some(({ problem }) => problem.value !== null));
  /** The attachments that are there, in the order in which they were added. */
  readonly ids = computed(() =>
    this.files.value.flatMap(({ attachment }) => (attachment.value === null ? [] : [attachment.value.attachment_id])),
  );
  readonly #aborts = new Map<number, () => void>();
  #last = 0;

  constructor(send: SendFile, call: Call) {
    this.#send = send;
    this.#call = call;
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      this.#last += 1;
      const upload = {
        id: this.#last,
        file,
        progress: signal(0),
        attachment: signal<Attachment | null>(null),
        problem: signal<ApiError | null>(null),
      };
      this.files.value = [...this.files.value, upload];
      void this.#start(upload);
    }
  }

  retry(upload: Upload): void {
    upload.problem.value = null;
    upload.progress.value = 0;
    void this.#start(upload);
  }

  /** Take a file out; what is on the server already is deleted there. */
  remove(upload: Upload): void {
    this.files.value = this.files.value.filter((one) => one !== upload);
    this.#aborts.get(upload.id)?.();
    const sent = upload.attachment.value;
    // One that stays there belongs to nothing, and is deleted after a while.
    if (sent !== null) this.#call("attachment.delete", { attachment_id: sent.attachment_id }).catch(() => {});
  }

  /** Forget those that were sent with their text. */
  clearSent(ids: number[]): void {
    this.files.value = this.files.value.filter(
      ({ attachment }) => attachment.value === null || !ids.includes(attachment.value.attachment_id),
    );
  }

  async #start(upload: Upload): Promise<void> {
    const { done, abort } = this.#send(upload.file, (part) => {
      upload.progress.value = part;
    });
    this.#aborts.set(upload.id, abort);
    try {
      upload.attachment.value = await done;
    } catch (error) {
      upload.problem.value = toApiError(error);
    } finally {
      this.#aborts.delete(upload.id);
    }
  }
}
