/** Three dots that come and go: somebody is writing. */

export function WritingDots() {
  return (
    <span class="presence-dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
