/** How large a picture stands among words; the whole picture is a click away. */

const WIDTH_PX = 448;
const HEIGHT_PX = 288;

export type Size = { width: number; height: number };

/** Return the size that a picture is shown in: never larger than it is. */
export function fitPicture({ width, height }: Size): Size {
  const scale = Math.min(1, WIDTH_PX / width, HEIGHT_PX / height);
  return { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
}
