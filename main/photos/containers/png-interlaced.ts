/** Interlaced PNG (Adam7): seven pictures of growing size, one after the other. */

/** Where the pixels of each pass begin, and the steps between them. */
const PASSES = [
  { x: 0, y: 0, across: 8, down: 8 },
  { x: 4, y: 0, across: 8, down: 8 },
  { x: 0, y: 4, across: 4, down: 8 },
  { x: 2, y: 0, across: 4, down: 4 },
  { x: 0, y: 2, across: 2, down: 4 },
  { x: 1, y: 0, across: 2, down: 2 },
  { x: 0, y: 1, across: 1, down: 2 },
] as const;

/** From a pixel to the pixel of an earlier pass whose block it is in: one step for each pass, from the last. */
const COARSER = [
  [0, 1],
  [1, 1],
  [1, 3],
  [3, 3],
  [3, 7],
  [7, 7],
] as const;

interface Size {
  width: number;
  height: number;
}

const sizeOf = ({ width, height }: Size, pass: (typeof PASSES)[number]) => ({
  columns: Math.max(0, Math.ceil((width - pass.x) / pass.across)),
  rows: Math.max(0, Math.ceil((height - pass.y) / pass.down)),
});

/** How many bytes all passes have, with a filter's number before each row. */
export function interlacedBytes(size: Size, pixelBytes: number): number {
  return PASSES.reduce((sum, pass) => {
    const { columns, rows } = sizeOf(size, pass);
    return sum + (columns === 0 ? 0 : rows * (1 + columns * pixelBytes));
  }, 0);
}

/**
 * The rows of a picture whose passes break off, each with a filter's number before it. A pixel that is missing is that of the
 * coarser pass. `rows`: how many rows of the picture have anything of their own.
 */
export function deinterlace(data: Uint8Array, size: Size, pixelBytes: number): { bytes: Uint8Array; rows: number } {
  const { width, height } = size;
  const stride = 1 + width * pixelBytes;
  const bytes = new Uint8Array(stride * height);
  const isKnown = new Uint8Array(width * height);
  let at = 0;
  let isOver = false;
  for (const pass of PASSES) {
    const { columns, rows } = sizeOf(size, pass);
    if (columns === 0) continue;
    let above: Uint8Array = new Uint8Array(columns * pixelBytes);
    for (let row = 0; row < rows && !isOver; row++) {
      const end = at + 1 + columns * pixelBytes;
      isOver = end > data.length;
      if (isOver) break;
      const line = data.slice(at + 1, end);
      unfilter(data[at]!, line, above, pixelBytes);
      const y = pass.y + row * pass.down;
      for (let column = 0; column < columns; column++) {
        const x = pass.x + column * pass.across;
        const from = column * pixelBytes;
        bytes.set(line.subarray(from, from + pixelBytes), y * stride + 1 + x * pixelBytes);
        isKnown[y * width + x] = 1;
      }
      above = line;
      at = end;
    }
  }
  let whole = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isKnown[y * width + x]) continue;
      const found = COARSER.find(([right, down]) => isKnown[(y & ~down) * width + (x & ~right)]);
      if (!found) return { bytes, rows: whole };
      const from = (y & ~found[1]) * stride + 1 + (x & ~found[0]) * pixelBytes;
      bytes.copyWithin(y * stride + 1 + x * pixelBytes, from, from + pixelBytes);
    }
    whole = y + 1;
  }
  return { bytes, rows: whole };
}

/** Turns a row into its bytes, in place. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  for (let i = 0; i < line.length; i++) {
    const left = i >= step ? line[i - step]! : 0;
    const up = above[i]!;
    const corner = i >= step ? above[i - step]! : 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
    line[i] = line[i]! + predicted;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
