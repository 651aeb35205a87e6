/** The words of files that are added to a text. */

export const UPLOAD_WORDS = {
  attach: "Attach files",
  list: "Files to send",
  drop: "Drop the files to attach them",
  remove: "Remove",
  retry: "Try again",
  sending: "Sending",
  wait: "Files are on their way…",
  failed: "A file did not arrive: try it again, or remove it",
};
