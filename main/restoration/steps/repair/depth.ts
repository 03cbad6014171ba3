/**
 * How deep each pixel of a hole lies: its distance from the nearest pixel outside, in chessboard steps; 0 outside. Beyond
 * the border nothing is known, so a hole that leaves the picture is as deep as its visible part.
 */
export function depthsOf(isHole: (index: number) => boolean, width: number, height: number): Uint16Array {
  const depths = new Uint16Array(width * height);
  const far = 65534;
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? far : depths[y * width + x]!);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!isHole(i)) continue;
      depths[i] = Math.min(far, 1 + Math.min(at(x - 1, y), at(x, y - 1), at(x - 1, y - 1), at(x + 1, y - 1)));
    }
  }
  for (let y = height - 1, i = width * height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, i--) {
      if (depths[i] === 0) continue;
      depths[i] = Math.min(depths[i]!, 1 + Math.min(at(x + 1, y), at(x, y + 1), at(x + 1, y + 1), at(x - 1, y + 1)));
    }
  }
  return depths;
}
