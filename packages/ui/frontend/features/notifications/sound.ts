/** The sound of news: two soft notes, made by the browser, so that no file is loaded. */

const NOTES = [
  { hertz: 659, at: 0 },
  { hertz: 880, at: 0.11 },
];
const NOTE_S = 0.22;
const LOUDNESS = 0.07;
// Many events at once are one sound.
const PAUSE_MS = 2_000;

let context: AudioContext | null = null;
let playedAt = Number.NEGATIVE_INFINITY;

/** Play it, as far as the browser lets a page: one that its user has done nothing in yet stays silent. */
export async function playSound(): Promise<void> {
  if (performance.now() - playedAt < PAUSE_MS) return;
  playedAt = performance.now();
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") await context.resume();
    for (const { hertz, at } of NOTES) playNote(context, hertz, context.currentTime + at);
  } catch {
    // A machine without sound.
  }
}

function playNote(audio: AudioContext, hertz: number, start: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + NOTE_S);
}
