import { EmulsionError } from '../errors';

/*
 * What finders of faces from elsewhere return, as boxes with eyes, nose and mouth. All of them look at cells of a grid, at
 * several distances between cells (strides).
 */

export const FACE_DECODERS = ['yunet', 'scrfd', 'retinaface'] as const;
export type FaceDecoder = (typeof FACE_DECODERS)[number];

/** A tensor that a finder returned. */
export interface FinderOutput {
  dims: readonly number[];
  data: Float32Array;
}

/** A face in pixels of what the finder saw. */
export interface FoundFace {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** 0..1 */
  certainty: number;
  /** x and y of both eyes, the nose and both corners of the mouth, the one on the left of the picture first. */
  points: readonly number[];
}

/** From which certainty a place counts, and how much of two boxes may be common to two faces. */
const RULES: Record<FaceDecoder, { least: number; common: number }> = {
  yunet: { least: 0.6, common: 0.3 },
  scrfd: { least: 0.5, common: 0.4 },
  retinaface: { least: 0.6, common: 0.4 },
};

/** The boxes of RetinaFace, by stride, and the shares of them that its answers are counted in. */
const PRIORS = [
  [8, [16, 32]],
  [16, [64, 128]],
  [32, [256, 512]],
] as const;
const VARIANCES = [0.1, 0.2] as const;

/**
 * The faces that a finder has found in a picture of `width` x `height` pixels, one for each face, the most certain first.
 * Throws OUTPUT_INVALID if its outputs are not those of such a finder.
 */
export function decodeFaces(
  decoder: FaceDecoder,
  outputs: Readonly<Record<string, FinderOutput>>,
  width: number,
  height: number,
): FoundFace[] {
  const decode = { yunet: decodeYunet, scrfd: decodeScrfd, retinaface: decodeRetinaFace }[decoder];
  const { least, common } = RULES[decoder];
  const found = decode(outputs, width, height).filter(
    ({ certainty, left, top, right, bottom }) => certainty >= least && right > left && bottom > top,
  );
  return separate(found, common);
}

/** The faces of which no more certain one has more than the share `common` of both boxes in common. */
export function separate<F extends FoundFace>(faces: readonly F[], common: number): F[] {
  const area = ({ left, top, right, bottom }: F) => (right - left) * (bottom - top);
  const kept: F[] = [];
  for (const face of [...faces].sort((a, b) => b.certainty - a.certainty)) {
    const isCovered = kept.some((other) => {
      const across = Math.min(face.right, other.right) - Math.max(face.left, other.left);
      const down = Math.min(face.bottom, other.bottom) - Math.max(face.top, other.top);
      if (across <= 0 || down <= 0) return false;
      return (across * down) / (area(face) + area(other) - across * down) > common;
    });
    if (!isCovered) kept.push(face);
  }
  return kept;
}

const unfit = (detail: string) => new EmulsionError('OUTPUT_INVALID', { detail });

/** The numbers of an output, which has to have so many. */
function numbers(outputs: Readonly<Record<string, FinderOutput>>, name: string, count: number): Float32Array {
  const data = outputs[name]?.data;
  if (data?.length !== count) throw unfit(`the finder's output ${name} has ${data?.length ?? 0} values, not ${count}`);
  return data;
}

const box = (x: number, y: number, width: number, height: number) => ({
  left: x - width / 2,
  top: y - height / 2,
  right: x + width / 2,
  bottom: y + height / 2,
});

const clamp = (value: number) => Math.max(0, Math.min(1, value));

/** YuNet (Wu et al. 2023), as OpenCV reads it: distances from the corner of a cell, sizes as logarithms, in strides. */
function decodeYunet(outputs: Readonly<Record<string, FinderOutput>>, width: number, height: number): FoundFace[] {
  return [8, 16, 32].flatMap((stride) => {
    const [columns, rows] = [Math.floor(width / stride), Math.floor(height / stride)];
    const cells = columns * rows;
    const of = (kind: string, each: number) => numbers(outputs, `${kind}_${stride}`, each * cells);
    const [classes, objects, boxes, points] = [of('cls', 1), of('obj', 1), of('bbox', 4), of('kps', 10)];
    return Array.from({ length: cells }, (_, i): FoundFace => {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      const [dx, dy, across, down] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      return {
        ...box((column + dx) * stride, (row + dy) * stride, Math.exp(across) * stride, Math.exp(down) * stride),
        certainty: Math.sqrt(clamp(classes[i]!) * clamp(objects[i]!)),
        points: Array.from(
          points.subarray(10 * i, 10 * i + 10),
          (value, k) => (value + (k % 2 === 0 ? column : row)) * stride,
        ),
      };
    });
  });
}

/**
 * SCRFD (Guo et al. 2021) as InsightFace exports it: for each stride certainties, distances from the corner of a cell to the
 * four sides, and points, in strides; told apart by how many numbers a place has, and by how many places there are.
 */
function decodeScrfd(outputs: Readonly<Record<string, FinderOutput>>, width: number, height: number): FoundFace[] {
  const levels = (each: number) =>
    Object.values(outputs)
      .filter(({ dims }) => dims.at(-1) === each)
      .map(({ data }) => data)
      .sort((a, b) => b.length - a.length);
  const [certainties, boxes, points] = [levels(1), levels(4), levels(10)];
  if (certainties.length < 3 || boxes.length !== certainties.length || points.length !== certainties.length)
    throw unfit('the finder does not return certainties, boxes and points of each level');
  return certainties.flatMap((certainty, level) => {
    const stride = 8 * 2 ** level;
    const [columns, rows] = [Math.ceil(width / stride), Math.ceil(height / stride)];
    const anchors = certainty.length / (columns * rows);
    const isWhole = boxes[level]!.length === 4 * certainty.length && points[level]!.length === 10 * certainty.length;
    if (!Number.isInteger(anchors) || anchors < 1 || !isWhole)
      throw unfit(`the finder returns ${certainty.length} places at a stride of ${stride}`);
    return Array.from(certainty, (value, i): FoundFace => {
      const cell = Math.floor(i / anchors);
      const [x, y] = [(cell % columns) * stride, Math.floor(cell / columns) * stride];
      const side = (k: number) => boxes[level]![4 * i + k]! * stride;
      return {
        ...{ left: x - side(0), top: y - side(1), right: x + side(2), bottom: y + side(3) },
        certainty: clamp(value),
        points: Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? x : y) + points[level]![10 * i + k]! * stride),
      };
    });
  });
}

/** RetinaFace (Deng et al. 2020) as biubug6 trains it: corrections of boxes of given sizes, in variances. */
function decodeRetinaFace(outputs: Readonly<Record<string, FinderOutput>>, width: number, height: number): FoundFace[] {
  const priors = PRIORS.flatMap(([stride, sizes]) => {
    const [columns, rows] = [Math.ceil(width / stride), Math.ceil(height / stride)];
    return Array.from({ length: columns * rows }, (_, cell) =>
      sizes.map((size) => ({
        x: ((cell % columns) + 0.5) * stride,
        y: (Math.floor(cell / columns) + 0.5) * stride,
        size,
      })),
    ).flat();
  });
  const of = (name: string, each: number) => numbers(outputs, name, each * priors.length);
  const [places, certainties, points] = [of('loc', 4), of('conf', 2), of('landms', 10)];
  const [near, far] = VARIANCES;
  return priors.map(({ x, y, size }, i): FoundFace => {
    const [dx, dy, across, down] = places.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    return {
      ...box(x + dx * near * size, y + dy * near * size, size * Math.exp(across * far), size * Math.exp(down * far)),
      certainty: clamp(certainties[2 * i + 1]!),
      points: Array.from(
        points.subarray(10 * i, 10 * i + 10),
        (value, k) => (k % 2 === 0 ? x : y) + value * near * size,
      ),
    };
  });
}
