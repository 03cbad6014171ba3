/** Connected regions of marks. A mark is 1, everything else 0. */

export interface Region {
  /** Which pixels of the plane belong to it. */
  readonly label: number;
  readonly area: number;
  readonly left: number;
  readonly top: number;
  /** Behind the last column and row. */
  readonly right: number;
  readonly bottom: number;
}

/** The regions of marks that are connected across sides; `labels` has 0 where there is no mark. */
export function regionsOf(marks: Uint8Array, width: number, height: number) {
  const labels = new Int32Array(marks.length);
  const regions: Region[] = [];
  const stack: number[] = [];
  for (let start = 0; start < marks.length; start++) {
    if (marks[start] === 0 || labels[start] !== 0) continue;
    const label = regions.length + 1;
    let [area, left, top, right, bottom] = [0, width, height, 0, 0];
    labels[start] = label;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const [x, y] = [at % width, Math.floor(at / width)];
      area += 1;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
      const visit = (next: number) => {
        if (marks[next] === 0 || labels[next] !== 0) return;
        labels[next] = label;
        stack.push(next);
      };
      if (x > 0) visit(at - 1);
      if (x < width - 1) visit(at + 1);
      if (y > 0) visit(at - width);
      if (y < height - 1) visit(at + width);
    }
    regions.push({ label, area, left, top, right, bottom });
  }
  return { labels, regions };
}

/** Marks without what is narrower than `2 * reach + 1` pixels: eroded, then dilated again. */
export function opened(marks: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  return spread(shrunk(marks, width, height, reach), width, height, reach);
}

/** 1 where a square of `2 * reach + 1` pixels has nothing but marks; the plane ends in nothing. */
export function shrunk(marks: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const gaps = new Uint8Array(marks.length);
  for (let i = 0; i < marks.length; i++) gaps[i] = 1 - marks[i]!;
  const wide = spread(gaps, width, height, reach);
  for (let i = 0; i < marks.length; i++) wide[i] = 1 - wide[i]!;
  return wide;
}

/** 1 where a square of `2 * reach + 1` pixels has any mark. */
export function spread(marks: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const rows = new Uint8Array(marks.length);
  for (let y = 0; y < height; y++) {
    let last = -reach - 1;
    for (let x = 0, at = y * width; x < width + reach; x++) {
      if (x < width && marks[at + x] === 1) last = x;
      const target = x - reach;
      if (target >= 0 && target < width && x - last <= 2 * reach) rows[at + target] = 1;
    }
  }
  const out = new Uint8Array(marks.length);
  const last = new Int32Array(width).fill(-reach - 1);
  for (let y = 0; y < height + reach; y++) {
    const target = y - reach;
    for (let x = 0; x < width; x++) {
      if (y < height && rows[y * width + x] === 1) last[x] = y;
      if (target >= 0 && y - last[x]! <= 2 * reach) out[target * width + x] = 1;
    }
  }
  return out;
}

/** Marks every place that is enclosed by marks. */
export function filled(marks: Uint8Array, width: number, height: number): Uint8Array {
  const outside = new Uint8Array(marks.length);
  const stack: number[] = [];
  const visit = (at: number) => {
    if (marks[at] === 1 || outside[at] === 1) return;
    outside[at] = 1;
    stack.push(at);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  while (stack.length > 0) {
    const at = stack.pop()!;
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < marks.length - width) visit(at + width);
  }
  for (let i = 0; i < outside.length; i++) outside[i] = 1 - outside[i]!;
  return outside;
}
