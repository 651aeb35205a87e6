/** The files of one text that is being written: each on its way, there, or failed; they stay when the view changes. */
import { computed, type Signal, signal } from "@preact/signals-core";
import type { Call } from "../../api/client.ts";
import { type ApiError, toApiError } from "../../api/errors.ts";
import type { SendFile } from "../../api/upload.ts";
import type { Attachment } from "../../api/wire.ts";

export type Upload = {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** What is sent; null for one that was there before the page was opened. */
  readonly file: File | null;
  /** From 0 to 1. */
  readonly progress: Signal<number>;
  readonly attachment: Signal<Attachment | null>;
  readonly problem: Signal<ApiError | null>;
};

/** How those on their way are stopped; the text that they belong to may have changed. */
const aborts = new WeakMap<Upload, () => void>();
let last = 0;

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
  readonly attachments = computed(() =>
    this.files.value.flatMap(({ attachment }) => (attachment.value === null ? [] : [attachment.value])),
  );
  readonly ids = computed(() => this.attachments.value.map(({ attachment_id }) => attachment_id));
  /** Told of each attachment that the user takes out. */
  onRemove: (attachment: Attachment) => void = () => {};

  constructor(send: SendFile, call: Call) {
    this.#send = send;
    this.#call = call;
  }

  /** Add files, and return what they are here. */
  add(files: Iterable<File>): Upload[] {
    const added = [...files].map((file) => this.#make(file.name, file.size, file, null));
    this.files.value = [...this.files.value, ...added];
    for (const upload of added) void this.#start(upload);
    return added;
  }

  /** Have these attachments, as another screen has them, next to what is on its way or has failed here. */
  replace(attachments: readonly Attachment[]): void {
    const wanted = new Set(attachments.map(({ attachment_id }) => attachment_id));
    const known = new Set(this.ids.peek());
    const kept = this.files.peek().filter(({ attachment }) => {
      const there = attachment.peek();
      return there === null || wanted.has(there.attachment_id);
    });
    const added = attachments
      .filter(({ attachment_id }) => !known.has(attachment_id))
      .map((attachment) => this.#make(attachment.name, attachment.size, null, attachment));
    if (added.length > 0 || kept.length !== this.files.peek().length) this.files.value = [...kept, ...added];
  }

  retry(upload: Upload): void {
    upload.problem.value = null;
    upload.progress.value = 0;
    void this.#start(upload);
  }

  /** Let another text have what is on its way or has failed here. */
  handOver(to: Uploads): void {
    const isThere = ({ attachment }: Upload) => attachment.peek() !== null;
    const moving = this.files.peek().filter((upload) => !isThere(upload));
    if (moving.length === 0) return;
    this.files.value = this.files.peek().filter(isThere);
    to.files.value = [...to.files.peek(), ...moving];
  }

  /** Take a file out; what is on the server already is deleted there. */
  remove(upload: Upload): void {
    this.files.value = this.files.value.filter((one) => one !== upload);
    aborts.get(upload)?.();
    const sent = upload.attachment.value;
    if (sent === null) return;
    this.onRemove(sent);
    // One that stays there belongs to nothing, and is deleted after a while.
    this.#call("attachment.delete", { attachment_id: sent.attachment_id }).catch(() => {});
  }

  #make(name: string, size: number, file: File | null, attachment: Attachment | null): Upload {
    last += 1;
    return {
      id: last,
      name,
      size,
      file,
      progress: signal(attachment === null ? 0 : 1),
      attachment: signal(attachment),
      problem: signal<ApiError | null>(null),
    };
  }

  async #start(upload: Upload): Promise<void> {
    if (upload.file === null) return;
    const { done, abort } = this.#send(upload.file, (part) => {
      upload.progress.value = part;
    });
    aborts.set(upload, abort);
    try {
      upload.attachment.value = await done;
    } catch (error) {
      upload.problem.value = toApiError(error);
    } finally {
      aborts.delete(upload);
    }
  }
}
