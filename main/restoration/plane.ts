interface Size {
  readonly width: number;
  readonly height: number;
}

/** Weights are integers in 256ths. */
const ONE = 256;

/**
 * Enlarges a plane of bytes, in rows without padding, by linear interpolation. Pixels at the edges are repeated
 * outwards.
 */
export function enlargePlane(plane: Uint8Array, from: Size, to: Size): Uint8Array {
  const out = new Uint8Array(to.width * to.height);
  const across = stepsBetween(from.width, to.width);
  const down = stepsBetween(from.height, to.height);
  // Each row is enlarged horizontally only once, and used for all output rows up to the next one.
  let upper = new Uint16Array(to.width);
  let lower = new Uint16Array(to.width);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < to.height; y++) {
    const row = down.first[y]!;
    const next = Math.min(from.height - 1, row + 1);
    if (row !== upperRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
      if (row !== upperRow) stretchRow(plane, row * from.width, from.width, across, upper);
      upperRow = row;
    }
    if (next !== lowerRow) {
      stretchRow(plane, next * from.width, from.width, across, lower);
      lowerRow = next;
    }
    const weight = down.weights[y]!;
    for (let x = 0, i = y * to.width; x < to.width; x++, i++) {
      out[i] = (upper[x]! * (ONE - weight) + lower[x]! * weight + (ONE * ONE) / 2) >> 16;
    }
  }
  return out;
}

interface Steps {
  /** For each pixel, the first of the two source pixels that it lies between. */
  first: Int32Array;
  /** Weight of the second one, 0..256. */
  weights: Uint16Array;
}

function stepsBetween(from: number, to: number): Steps {
  const first = new Int32Array(to);
  const weights = new Uint16Array(to);
  for (let i = 0; i < to; i++) {
    const place = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
    first[i] = Math.floor(place);
    weights[i] = Math.round((place - first[i]!) * ONE);
  }
  return { first, weights };
}

function stretchRow(
  plane: Uint8Array,
  start: number,
  length: number,
  { first, weights }: Steps,
  out: Uint16Array,
): void {
  const last = length - 1;
  for (let x = 0; x < out.length; x++) {
    const left = first[x]!;
    const weight = weights[x]!;
    out[x] = plane[start + left]! * (ONE - weight) + plane[start + Math.min(last, left + 1)]! * weight;
  }
}
